#pragma once

#include <string>

#include "api/spec.h"
#include "judge/memory.h"

namespace serin::judge {

// Before a rollout: "InsufficientTraffic: …" when stable's own traffic is too thin for a verdict before the
// deadline even with half of all requests on the canary, else empty. Needs two intervals of the evaluation.
std::string feasibilityWarning(const api::Analysis& analysis, const StableRecord& stable);

}  // namespace serin::judge
