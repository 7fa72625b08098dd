#pragma once

#include "plan/draft.h"

namespace serin::plan {

// The very first version (status.stable is empty): no canary, no steps, no verdict; straight to full size.
// Another revision replaces one that was never fully ready at once.
void firstVersion(Draft& draft, const std::string& revision);

// Opens an attempt for `revision` beside the stable one.
void beginRollout(Draft& draft, const std::string& revision);

// Phase Evaluating: three intervals of stable's own numbers, the canary's ReplicaSet made without pods (which
// is the check of its template).
void evaluating(Draft& draft, bool forward);

// Phase Starting: the first step's pods at 0 %, until they and their model are ready. In both, `forward`
// false (paused, spec not accepted) stops the way on and the progress deadline.
void starting(Draft& draft, bool forward);

}  // namespace serin::plan
