#pragma once

#include "api/samples.h"
#include "judge/memory.h"

namespace serin::judge {

// One interval of an attempt goes into the evidence of an error rate or a latency, and into what is known of
// the stable version. `inStep`: it lies within the present step.
void countRates(const api::Stratum& stratum, bool inStep, const AttemptMemory& attempt, StableRecord& stable,
                MetricMemory& metric);

// One interval of the stable version alone, before a rollout; of a mean how much it observes.
void evaluateRates(const api::Stratum& stratum, const api::Metric& metric, StableRecord& stable);

}  // namespace serin::judge
