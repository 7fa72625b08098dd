#pragma once

#include <optional>
#include <string>

#include "api/samples.h"
#include "base/time.h"
#include "judge/memory.h"

namespace serin::judge {

// The looks of one interval at a metric of kind Query go into its evidence. Each is one event, bad when the
// number lies beyond a limit; what is tested is whether more than kMostBadLooks of them are. Looks belong to
// the whole version: no pod can be left out of them, and none tempers another.
//
// A look is back over an interval of the analysis, so it counts once a pod of the canary has answered
// requests for so long; what was before was another version's doing, or nobody's. With a delay it counts once
// pods of this version have answered for an interval and the delay, whichever pods these were. For proof of
// safety the canary has to be `warm`, too.
struct LookRule {
    Duration interval{0};
    std::optional<Timestamp> answering;  // AttemptMemory's
};
void countLooks(const api::Stratum& stratum, const LookRule& rule, bool inStep, bool warm,
                MetricMemory& metric);

// Why the newest look that would count has no value; empty when it has one, or there is none.
std::string withoutAnswer(const api::Stratum& stratum, const LookRule& rule, const api::Metric& metric);

}  // namespace serin::judge
