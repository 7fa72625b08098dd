#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "judge/collapse_evidence.h"
#include "judge/histogram.h"
#include "judge/strata.h"

namespace serin::judge {

// Whether a class of this name stands for predictions that are no number or none at all: NaN, null, None or
// nothing, in any case.
bool namesNoNumber(std::string_view className);

// What the warm pods of both versions predicted in one interval, and how much of it was the favourite.
// `edges` are those that all of them have: a bucket is what lies between two of these.
EventTick favouriteTick(const Favourite& favourite, const std::vector<double>& edges,
                        const std::vector<PodCounts>& canaryPods, const std::vector<PodCounts>& stablePods);

// The same of what is no number: of classes those that are named so, of a histogram the observations that are
// in no bucket, not even the one up to infinity.
EventTick notNumbersTick(const std::vector<PodCounts>& canaryPods, const std::vector<PodCounts>& stablePods);

// How often the favourite came in a sum of both versions' predictions.
uint64_t countOf(const Favourite& favourite, const std::vector<std::string>& classes, const Histogram& arm);

// What the canary predicted most often.
Favourite mostFrequent(const std::vector<std::string>& classes, const Histogram& canary);

}  // namespace serin::judge
