#pragma once

#include "plan/draft.h"

namespace serin::plan {

// The sizes of the versions that serve or served: stable and the soaking one follow increases at once,
// decreases when no rollout lives (the floor).
void keepSizes(Draft& draft);

// Revisions that play no part: their pods go when no route reaches them, then their Service; the newest
// spec.history ReplicaSets stay as they are, without pods.
void cleanUp(Draft& draft);

}  // namespace serin::plan
