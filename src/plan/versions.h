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

// Adds an entry to status.history, the newest first, and shortens it.
void recordHistory(Draft& draft, const std::string& revision, const std::string& outcome,
                   const std::string& reason);

// Leaves out the oldest entries beyond spec.history (at least one), but those that a registry is to be told
// and was not yet stay, up to 50 in all. A status that would be too large loses them all the same
// (api::limit).
void shortenHistory(Draft& draft);

}  // namespace serin::plan
