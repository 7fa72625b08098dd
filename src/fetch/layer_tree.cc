#include "fetch/layer_tree.h"

#include <system_error>

#include "base/text.h"

namespace serin::fetch {
namespace {

constexpr size_t kStays = 0;

}  // namespace

void LayerTree::add(const std::string& path, Entry entry) {
    // A whiteout of this layer means none of them.
    for (size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        entries_[path.substr(0, slash)] = {Kind::Folder, 0, "", layer_};
    }
    entry.layer = layer_;
    entries_[path] = entry;
}

void LayerTree::addFolder(const std::string& path) {
    add(path, {Kind::Folder, 0, "", 0});
}

void LayerTree::addFile(const std::string& path, uint64_t size, const std::string& sha256) {
    add(path, {Kind::File, size, sha256, 0});
}

void LayerTree::addLink(const std::string& path) {
    add(path, {Kind::Link, 0, "", 0});
}

Result<void> LayerTree::makeRoom(const std::string& path, bool folder) {
    const auto found = entries_.find(path);
    if (found == entries_.end() || (folder && found->second.kind == Kind::Folder)) return {};
    if (found->second.layer == layer_ || found->second.layer == kStays) {
        return invalid(cat("\"", path, "\" is there twice, or a file and a folder at once"));
    }
    return hide(path, false);
}

Result<void> LayerTree::hide(const std::string& path, bool below) {
    std::vector<std::string> hidden;
    const std::string under = path.empty() ? path : path + "/";
    for (auto entry = entries_.lower_bound(path); entry != entries_.end(); ++entry) {
        // Between a folder "a" and what is below it others such as "a.b" may stand.
        if (!entry->first.starts_with(path)) break;
        const bool meant = entry->first.starts_with(under) || (!below && entry->first == path);
        if (meant && entry->second.layer != layer_ && entry->second.layer != kStays)
            hidden.push_back(entry->first);
    }
    // Folders after what is in them.
    for (auto one = hidden.rbegin(); one != hidden.rend(); ++one) {
        std::error_code failed;
        std::filesystem::remove(root_ / *one, failed);
        // Something in it stays.
        if (failed == std::errc::directory_not_empty) continue;
        if (failed) return invalid(cat((root_ / *one).string(), " cannot be removed: ", failed.message()));
        entries_.erase(*one);
    }
    return {};
}

std::vector<sources::File> LayerTree::files() const {
    std::vector<sources::File> out;
    for (const auto& [path, entry] : entries_) {
        if (entry.kind == Kind::File) out.push_back({path, entry.size, entry.sha256, ""});
    }
    return out;
}

std::vector<std::string> LayerTree::tops() const {
    std::vector<std::string> out;
    for (const auto& [path, entry] : entries_) {
        if (path.find('/') == std::string::npos) out.push_back(path);
    }
    return out;
}

}  // namespace serin::fetch
