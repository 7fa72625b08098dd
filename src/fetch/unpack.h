#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fetch/layer_tree.h"
#include "sources/archive_kind.h"
#include "sources/store.h"

namespace serin::fetch {

using sources::ArchiveKind;
using sources::archiveKind;

// What an archive, or all layers of a model together, may become, also of what is left out, which has to be
// unpacked to be passed over: so many times its own size, or 1 GiB where that is more; and so many entries.
inline constexpr uint64_t kMostExpansion = 100;
inline constexpr uint64_t kLeastBound = 1ULL << 30;
inline constexpr size_t kMostEntries = 50'000;

struct Unpacked {
    std::vector<std::string> entries;  // at the top, ascending
    std::vector<sources::File> files;  // regular ones, ascending by path, with their sizes
};

// Unpacks into an empty folder. What leaves the folder, is absolute, a device, a pipe, a link that leads out,
// encrypted, or stands there twice is refused, and so is an archive that becomes larger than it may or that
// is cut off; the folder is of no use then. Files for which `wanted` says no are left out. Modes are 0644 and
// 0755 for what its owner may execute; owners and times are not kept. False from `goOn` ends it (Stopped).
Result<Unpacked> unpack(
    const std::filesystem::path& archive, ArchiveKind kind, const std::filesystem::path& into,
    const std::function<bool(const std::string&)>& wanted,
    const std::function<bool()>& goOn = [] { return true; });

// Unpacks a tar, packed or not, over what is in the tree of earlier layers. As unpack(), but that its bounds
// are of this layer and those before it (LayerTree::expansion), that entries may replace those of earlier
// layers, and that whiteouts hide some of them (OCI image specification, "Representing Changes"). What
// `wanted` says no to is not even looked at, so that a model can be taken out of an image whose other files
// are refused.
Result<void> unpackLayer(
    const std::filesystem::path& archive, LayerTree& tree,
    const std::function<bool(const std::string&)>& wanted,
    const std::function<bool()>& goOn = [] { return true; });

}  // namespace serin::fetch
