#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fetch/git_tree.h"

namespace serin::fetch {

// Reads what `git cat-file --batch-check` prints of the entries' objects, in their order: sets the sizes, and
// returns the names of the contents that are not there, ascending and each once. Invalid where it says
// anything else, or of others.
Result<std::vector<std::string>> readGitSizes(std::string_view listing, std::vector<GitEntry>& entries);

}  // namespace serin::fetch
