#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sources/store.h"

namespace serin::fetch {

// What a folder is of: the plan while it is fetched, the mark of completeness afterwards.
struct Manifest {
    // Of the kernel (/proc/sys/kernel/random/boot_id). Nothing is synced to the disk, so what an earlier
    // start of the machine wrote may have been lost with its page cache.
    std::string boot;
    std::string id;                    // of the model
    std::string selection;             // digest of everything else that decides which files there are
    std::vector<std::string> entries;  // at the top of the folder
    std::vector<sources::File> files;  // without tags; of an archive those that were in it

    bool operator==(const Manifest&) const = default;
};

// Text with one line an item; paths have no line breaks (pathProblem).
std::string manifestText(const Manifest& manifest);

// Invalid where the text is not whole or not of this version; such a folder is fetched anew.
Result<Manifest> parseManifest(std::string_view text);

}  // namespace serin::fetch
