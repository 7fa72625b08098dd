#pragma once

#include <string>

#include "plan/draft.h"

namespace serin::plan {

// Why a version is promoted, when nothing else is recorded.
inline constexpr const char* kByPerson = "a person asked for promotion";
inline constexpr const char* kByEvidence = "every step is done and every guard is safe";
inline constexpr const char* kByTime = "every step is done, by time alone";
// The latter or the one before it.
const char* whenStepsAreDone(const Draft& draft);

// The main Service is pointed at the new version alone, at once when its pods are all there; else the phase
// Promoting begins.
void beginPromotion(Draft& draft, const std::string& why);

// Phase Promoting: the canary grows to full size beside the stable version; when every pod is ready, one
// write points the main Service at it alone. `forward` false: it grows no further and is not pointed at.
void promoting(Draft& draft, bool forward);

// The main Service was seen to point at the new version alone: it is the stable one, and the soak begins.
void promoted(Draft& draft);

// Phase Soaking: the version before stays warm, the new one is judged against limits; then the old pods go,
// and when they are gone the soak ends.
void soaking(Draft& draft, bool forward);

// The pods of the version before may go at once, for another revision is wanted: no route reaches them, and
// they have drained.
bool soakMayEnd(Draft& draft);
void endSoak(Draft& draft);

}  // namespace serin::plan
