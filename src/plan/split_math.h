#pragma once

#include <vector>

#include "api/spec.h"
#include "api/status.h"

namespace serin::plan {

// Canary pods beside `stablePods` for a share of `weight` percent (1..50): max(1,
// round-half-up(n·w/(100−w))). Monotone in both arguments; at most `stablePods` (but at least 1).
int canaryPods(int stablePods, int weight);

// The steps as they will be walked with `stablePods`: consecutive weights that need equally many canary pods
// are one step with the longest hold, and a judged step of 50 is added when the last weight is lower, because
// growing to full size passes through it.
std::vector<api::StepStatus> freezeSteps(const std::vector<api::Step>& steps, int stablePods);

// Index of the last weight step at or before `step`; -1 when there is none.
int weightStepAtOrBefore(const std::vector<api::StepStatus>& steps, int step);
// Index of the first weight step at or after `step`; steps.size() when there is none.
int weightStepAtOrAfter(const std::vector<api::StepStatus>& steps, int step);

}  // namespace serin::plan
