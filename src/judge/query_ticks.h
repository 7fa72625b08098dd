#pragma once

#include "api/samples.h"
#include "base/time.h"
#include "judge/memory.h"

namespace serin::judge {

// The looks of one interval at a metric of kind Query go into its evidence. Each is one event, bad when the
// number lies beyond a limit; what is tested is whether more than kMostBadLooks of them are. Looks belong to
// the whole version: no pod can be left out of them, and none tempers another.
//
// A look is back over an interval of the analysis, so it counts once a pod of the canary has answered
// requests for so long; what was before was another version's doing, or nobody's. For proof of safety the
// canary has to be `warm`, too.
void countLooks(const api::Stratum& stratum, Duration interval, bool inStep, bool warm, MetricMemory& metric);

// Why the newest look that would count has no value; empty when it has one, or there is none.
std::string withoutAnswer(const api::Stratum& stratum, Duration interval, const api::Metric& metric);

}  // namespace serin::judge
