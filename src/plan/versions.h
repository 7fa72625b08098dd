#pragma once

#include <string>

#include "plan/draft.h"

namespace serin::plan {

// What people call a revision: its model version, else the revision itself.
std::string versionLabel(const Draft& draft, const std::string& revision);

// An entry of status.versions for a revision, from its ReplicaSet (or the spec when that is its revision).
api::VersionStatus describeVersion(const Draft& draft, const std::string& revision);

// Fills status.stable, canary, previous with observed numbers and shares, and the fields of the scale
// subresource.
void fillVersions(Draft& draft);

// Adds an entry to status.history, the newest first; spec.history (at least one, at most 50) are kept.
void recordHistory(Draft& draft, const std::string& revision, const std::string& outcome,
                   const std::string& reason);

}  // namespace serin::plan
