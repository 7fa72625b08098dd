#pragma once

#include <string>

#include "api/judgement.h"
#include "api/samples.h"
#include "api/spec.h"
#include "judge/memory.h"

namespace serin::judge {

// One interval of the version that serves against the profile, in whatever mode: stable before and during a
// rollout, the promoted version after it.
void countReferences(const api::Analysis& analysis, const api::Stratum& stratum, Memory& memory);

// Forgets what was compared for metrics that have no reference (any more).
void reconcileReferences(const api::Analysis& analysis, Memory& memory);

// Why the metric cannot be compared with its reference, with the way out; empty when it can, or has none.
std::string referenceTrouble(const Memory& memory, const api::Metric& metric);

// What is known of the world; nothing where no metric has a reference.
std::optional<api::DataDrift> dataDriftOf(const api::Analysis& analysis, const Memory& memory);

// "; PSI against the profile 0.02, of the canary 0.03"; empty where nothing can be said.
std::string againstProfile(const Memory& memory, const MetricMemory& metric);

}  // namespace serin::judge
