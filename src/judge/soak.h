#pragma once

#include "api/spec.h"
#include "judge/memory.h"

namespace serin::judge {

// Turns an attempt's comparison into a soak: the old version has no traffic any more, so the promoted one is
// judged against limits made from stable's own record over the rollout (its upper confidence bound plus at
// least one percentage point), and against `max` where that is lower. Evidence of harm starts anew.
void startSoak(const api::Analysis& analysis, AttemptMemory& attempt);

// The limit of one metric; 0 where nothing limits it.
double soakLimit(const api::Metric& metric, const Past& rollout, double alarm);

}  // namespace serin::judge
