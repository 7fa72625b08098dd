#pragma once

#include <string>

#include "api/spec.h"
#include "judge/memory.h"
#include "judge/standing.h"

namespace serin::judge {

// "requests", "events", "looks" or "observations".
const char* whatItCounts(const api::Metric& metric);
// "45 s", "33 min", "3.2 h".
std::string humanSeconds(double seconds);

// How long `samples` more of the metric take at the traffic of the present step; 0 where there was none. A
// look at a query takes an interval.
double secondsFor(const api::Analysis& analysis, const AttemptMemory& attempt, const MetricMemory& metric,
                  double samples);
// " (2 min)" of that; empty where it is unknown.
std::string timeNote(const api::Analysis& analysis, const AttemptMemory& attempt, const MetricMemory& metric,
                     double samples);

// Why a drift of a histogram cannot be judged, and the ways out.
std::string noSharedEdge(const api::Metric& metric);
std::string driftMessage(const api::Analysis& analysis, const MetricMemory& metric);
// The same with what decides nothing: how far apart the versions are otherwise, and whether they differ at
// all.
std::string driftInFull(const api::Analysis& analysis, const MetricMemory& metric);
// About how many more canary observations until a drift is judged in full; 0 when it is, or it is unknown.
double driftMissing(const api::Analysis& analysis, const MetricMemory& metric);
std::string podsMessage(const PodsEvidence& pods);

// Why the canary is to be taken back, worst thing first.
std::string harmHeadline(const api::Analysis& analysis, const AttemptMemory& attempt,
                         const Standing& standing);
// Names of the metrics that carry the harm.
std::vector<std::string> harmMetrics(const api::Analysis& analysis, const AttemptMemory& attempt,
                                     const Standing& standing);

// Why data is missing or thin; empty when it is not.
std::string holdingMessage(const api::Analysis& analysis, const AttemptMemory& attempt,
                           const Standing& standing);

}  // namespace serin::judge
