#pragma once

#include "api/spec.h"
#include "judge/memory.h"

namespace serin::judge {

// Turns an attempt's comparison into a soak: the old version has no traffic any more, so the promoted one is
// judged against limits made from stable's own record over the rollout (its upper confidence bound plus at
// least one percentage point), and against `max` where that is lower. A latency's edges have one limit each,
// made of the record before the rollout too, for then stable carried the whole load. Evidence of harm starts
// anew.
void startSoak(const api::Analysis& analysis, const StableRecord& stable, AttemptMemory& attempt);

}  // namespace serin::judge
