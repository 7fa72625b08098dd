#pragma once

#include "plan/acceptance.h"
#include "plan/draft.h"

namespace serin::plan {

// status.phase, status.message and the conditions, from the rest of the status: Ready, Accepted, Available,
// Reconciling, Stalled (kstatus' meaning) and, while something is judged, MetricsReachable. A condition's
// lastTransitionTime moves only when its status does.
// Paused is there once a person paused it, SourceReady while the spec has a source.
void fillConditions(Draft& draft, const Acceptance& acceptance);

// Since when it is not paused, as the condition Paused says; the epoch when it never was. Precondition: not
// paused.
Timestamp goesOnSince(const Draft& draft);

}  // namespace serin::plan
