#pragma once

#include <string>

#include "api/spec.h"
#include "judge/memory.h"

namespace serin::judge {

// Whether howOftenBeyond() speaks of a part of the attempt: of this step, or of late.
bool saysPart(const AttemptMemory& attempt, const MetricMemory& metric);

// "below 20 in 7 of 8 looks", of those that say most, and "in this step", "of late" or "after promotion"
// where that is not all of the attempt. Of a metric whose one rate counts numbers that lie beyond `limits`,
// of which there is one at least; `thing` is what has such a number.
std::string howOftenBeyond(const AttemptMemory& attempt, const MetricMemory& metric,
                           const api::NumberLimits& limits, const std::string& thing);

}  // namespace serin::judge
