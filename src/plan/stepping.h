#pragma once

#include "plan/draft.h"

namespace serin::plan {

// Phase Stepping: the present step's pods, its hold, what the judge says of it, a person's approval; and the
// way to the next step or to promotion. `forward` false (paused, spec not accepted): it judges and returns,
// but does not go on.
void stepping(Draft& draft, bool forward);

// The floor is the largest size since the rollout began, whatever stands still meanwhile.
void raiseFloor(Draft& draft);

// Steps that a new spec or a larger floor changes under a living rollout: goes on at the first step of the
// new list whose weight is not below the present one.
void adoptSteps(Draft& draft);

// The present step's time begins now.
void startStep(Draft& draft);

// The present step's time has begun: its ready endpoints were seen behind the main Service.
bool stepStarted(const api::RolloutStatus& rollout);

}  // namespace serin::plan
