#pragma once

#include <string>

#include "judge/memory.h"

namespace serin::judge {

// What a drift's collapse looks like: "the canary says "legit" in 99.8 % of its predictions, stable in 95.1
// %: one class takes all", or how much of them is no number, by which there is more evidence of.
std::string collapseInWords(const MetricMemory& metric);

// What to add to a drift's message of its collapse: that there is none, or what is missing to say so, unless
// the index already says Harm; and that the canary's sum is NaN, where stable's is not. May be empty.
std::string collapseNote(const api::Analysis& analysis, const MetricMemory& metric);

}  // namespace serin::judge
