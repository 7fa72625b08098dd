#pragma once

#include <string>

#include "api/status.h"
#include "script.h"

namespace serin::simulation {

// Approve, Promote, Abort, Retry.
bool isDecision(Kind kind);

// How a person says it: the annotation and its value.
struct Decision {
    const char* annotation;
    std::string value;
};
// About the present rollout, or (`b` is 1) about an attempt that there never was.
Decision decisionOf(const Happening& happening, const api::RolloutStatus& rollout);

}  // namespace serin::simulation
