#include "sources/oci_memory.h"

#include "base/text.h"

namespace serin::sources {
namespace {

constexpr size_t kMost = 256;
constexpr size_t kMostBytes = size_t{16} << 20;
constexpr size_t kLargest = size_t{1} << 20;

std::string keyOf(const OciPlace& place) {
    return cat(place.address, " ", place.repository);
}

}  // namespace

bool OciMemory::has(const OciPlace& place) const {
    const std::scoped_lock lock(mutex_);
    return places_.contains(keyOf(place));
}

std::optional<std::string> OciMemory::find(const OciPlace& place, const std::string& digest) const {
    const std::scoped_lock lock(mutex_);
    const auto known = places_.find(keyOf(place));
    if (known == places_.end()) return std::nullopt;
    const auto found = known->second.find(digest);
    return found == known->second.end() ? std::nullopt : std::optional(found->second);
}

void OciMemory::keep(const OciPlace& place, const std::string& digest, const std::string& manifest) {
    if (manifest.size() > kLargest) return;
    const std::scoped_lock lock(mutex_);
    const std::string key = keyOf(place);
    if (!places_[key].emplace(digest, manifest).second) return;
    ages_.emplace_back(key, digest);
    bytes_ += manifest.size();
    while (ages_.size() > kMost || bytes_ > kMostBytes) {
        const auto oldest = places_.find(ages_.front().first);
        const auto gone = oldest->second.find(ages_.front().second);
        bytes_ -= gone->second.size();
        oldest->second.erase(gone);
        if (oldest->second.empty()) places_.erase(oldest);
        ages_.pop_front();
    }
}

}  // namespace serin::sources
