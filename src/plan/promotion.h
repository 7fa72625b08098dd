#pragma once

#include <string>

#include "plan/draft.h"

namespace serin::plan {

// The canary grows to full size beside the stable version.
void beginPromotion(Draft& draft, const std::string& why);

// Phase Promoting: when every pod is ready, one write points the main Service at the new version alone; once
// that is seen, it is the stable one. `forward` false: it grows no further and is not pointed at.
void promoting(Draft& draft, bool forward);

// Phase Soaking: the version before stays warm, the new one is judged against limits; then the old pods go.
void soaking(Draft& draft, bool forward);

// Ends the soak at once (another revision is wanted).
void endSoak(Draft& draft, const std::string& why);

}  // namespace serin::plan
