#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/model_source.h"
#include "base/result.h"

namespace serin::fetch {

enum class GitKind { File, Executable, Link, Submodule };

// One entry of a commit's tree that is no folder.
struct GitEntry {
    std::string path;
    GitKind kind = GitKind::File;
    std::string object;  // the name of its content
    uint64_t size = 0;   // bytes, once they are known (GitRepository::have); of a link those of its target

    bool operator==(const GitEntry&) const = default;
};

// What `git ls-tree -r -z` prints: no sizes, for which git would need the contents.
Result<std::vector<GitEntry>> readGitTree(std::string_view listing);

// The entries at source.reference.path (all where there is none) that include and exclude leave, by their
// paths from there, ascending; a file that is meant itself has its name alone. NotFound where there is none,
// Invalid where a path is none for a file of ours, two are in each other's way, or a submodule is among them.
Result<std::vector<GitEntry>> chosenEntries(const std::vector<GitEntry>& tree,
                                            const api::ModelSource& source);

}  // namespace serin::fetch
