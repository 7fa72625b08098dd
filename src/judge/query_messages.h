#pragma once

#include <string>

#include "api/spec.h"
#include "judge/memory.h"

namespace serin::judge {

// What the looks at a query saw: "order-value is 18.2, below 20 in 7 of 8 looks". At least one must have
// counted.
std::string looksInWords(const AttemptMemory& attempt, const MetricMemory& metric);

// The same, and whether it is safe or how many looks are still missing; or why the newest look has no number.
std::string queryMessage(const api::Analysis& analysis, const AttemptMemory& attempt,
                         const MetricMemory& metric);

}  // namespace serin::judge
