#pragma once

#include "api/spec.h"
#include "judge/memory.h"

namespace serin::judge {

// Turns an attempt's comparison into a soak: the old version has no traffic any more, so the promoted one is
// judged against limits made from stable's own record over the rollout (its upper confidence bound plus at
// least one percentage point), and against `max` where that is lower. A latency's edges have one limit each,
// made of the record before the rollout too, for then stable carried the whole load; a mean has one in its
// own unit (mean_blocks.h). Evidence of harm starts anew.
void startSoak(const api::Analysis& analysis, const StableRecord& stable, AttemptMemory& attempt);

// Turns a soak into a watch: the same limits, and evidence that finds a change whenever it comes.
void startWatch(AttemptMemory& attempt);

// Looks that are not to give a false alarm, with the attempt's chance: those of the watch, or of thirty days
// where it has no end. At least 1.
double watchedLooks(const api::Analysis& analysis);

}  // namespace serin::judge
