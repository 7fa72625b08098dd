#pragma once

#include "api/samples.h"
#include "api/spec.h"
#include "judge/memory.h"

namespace serin::judge {

// Stable's own traffic, error rate and dispersion, before a rollout.
void countEvaluation(const api::Analysis& analysis, const api::Stratum& stratum, Memory& memory);

// One aligned interval of a rollout goes into all evidence. `inStep`: it lies within the present step.
void countComparison(const api::Analysis& analysis, const api::Stratum& stratum, bool inStep, Memory& memory);

// One interval of the promoted version against the limits of the soak.
void countSoak(const api::Analysis& analysis, const api::Stratum& stratum, Memory& memory);

// Whether a scrape was lost that the interval before still had; the next delta will make it good.
bool newlyLost(const api::Stratum& stratum, const Memory& memory);

}  // namespace serin::judge
