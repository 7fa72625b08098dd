#pragma once

#include <string>

#include "api/names.h"
#include "api/observed.h"

namespace serin::simulation {

// Whether a rollout is under way.
inline bool lives(const api::Status& status) {
    if (!status.rollout) return false;
    const api::Phase phase = status.rollout->phase;
    return phase != api::Phase::RolledBack && phase != api::Phase::Withdrawn && phase != api::Phase::Aborted;
}

// The revision that is called stable; empty when there is none.
inline std::string stableOf(const api::Status& status) {
    return status.stable ? status.stable->revision : "";
}

// The revision that a Service selects; empty: every one.
inline std::string selectedBy(const api::Service& service) {
    const auto found = service.selector.find(api::kRevisionLabel);
    return found == service.selector.end() ? "" : found->second;
}

}  // namespace serin::simulation
