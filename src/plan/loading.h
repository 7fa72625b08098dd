#pragma once

#include <string>

#include "plan/draft.h"

namespace serin::plan {

// How far the pods of a version are with their model, as its status has it from now on. A number that is
// recorded stays for a minute, for a status is not written at each byte; it goes at once when no pod loads
// any more. Nobody asked yet (the process is new): what is recorded stays.
std::optional<api::LoadStatus> loadOf(Draft& draft, const api::VersionStatus& version);

// "fetching 1.2 of 4.0 GB", or "fetching 1.2 GB" while nobody knows of how many, of the status of that
// revision; empty where it loads nothing.
std::string loadWords(const Draft& draft, const std::string& revision);

}  // namespace serin::plan
