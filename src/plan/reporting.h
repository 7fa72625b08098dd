#pragma once

#include <cstddef>
#include <optional>

#include "api/registry_report.h"
#include "plan/draft.h"

namespace serin::plan {

// What of the recorded status the registry of the spec's source was not told yet; absent when it knows all,
// or is to be told nothing. What is not recorded is told nobody.
std::optional<api::RegistryOrder> registryOrder(const api::ModelDeployment& object);

// Orders it, and takes over into the status what telling came to. Nothing else of a plan depends on it.
void recordReport(Draft& draft);

// How many of the newest entries of the history may not be forgotten, for the registry is still to be told of
// them. After recordReport().
size_t entriesToTell(const Draft& draft);

}  // namespace serin::plan
