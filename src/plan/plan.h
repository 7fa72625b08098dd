#pragma once

#include "api/observed.h"
#include "api/plan.h"

namespace serin::plan {

// What to do about one ModelDeployment, from what is observed alone: no IO, no clock, no threads. The same
// Observed gives the same Plan, and at the fixpoint an empty one. Time enters as Observed::at and leaves as
// Plan::wakeAt.
api::Plan plan(const api::Observed& seen);

}  // namespace serin::plan
