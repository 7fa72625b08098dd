#pragma once

#include <optional>
#include <string>

#include "plan/draft.h"

namespace serin::plan {

// Takes the traffic of the present attempt back to the version that served before: one routing write that
// also carries the decision (annotations), before anything is recorded. `end` is what the attempt comes to;
// absent when it only makes way (another revision, the stable spec again, replicas 0). Needs a ready endpoint
// of the old version; without one it says so and waits.
void beginReturn(Draft& draft, std::optional<api::Phase> end, const std::string& reason);

// The progress deadline of the present attempt has passed: it is taken back with the reason that its pods
// show after that moment. Until they were read it only asks for the reading.
void returnNeverReady(Draft& draft, Timestamp deadline);

// A return that another process began and did not live to record: the main Service names this very attempt.
void resumeReturn(Draft& draft);

// Phase RollingBack: the route, the drain, the canary's pods, the record.
void finishReturn(Draft& draft);

}  // namespace serin::plan
