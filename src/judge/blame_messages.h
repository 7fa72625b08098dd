#pragma once

#include <string>
#include <vector>

#include "api/judgement.h"
#include "judge/memory.h"

namespace serin::judge {

// "; most of it with status=\"503\" (182 of 190 errors) and path=\"/infer\" (171 of 190)": of at most two
// labels the value that at least half of the canary's excess of bad events has. Empty where nothing is that
// telling, and while there is no evidence of harm. Ask of metrics that are worse.
std::string blameNote(const MetricMemory& metric);

// The same in numbers, further values among them.
std::vector<api::BlamedLabel> blamedLabels(const MetricMemory& metric);

}  // namespace serin::judge
