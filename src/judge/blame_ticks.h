#pragma once

#include "api/samples.h"
#include "judge/memory.h"

namespace serin::judge {

// One interval of an attempt goes into where the bad events of an error rate, a share or a latency come from.
// Call it before the interval goes into the evidence: what is remembered covers the time since there was no
// evidence of harm last, in a rollout, a soak and a watch alike, and so no more than about one interval while
// all is well.
void countBlame(const api::Stratum& stratum, const AttemptMemory& attempt, MetricMemory& metric);

}  // namespace serin::judge
