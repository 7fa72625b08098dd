#include "cache/write_gate.h"

#include <compare>

#include "kube/resource_version.h"

namespace serin::cache {

void WriteGate::wrote(std::string_view kind, std::string_view ownerKey, std::string_view resourceVersion,
                      Duration now) {
    if (resourceVersion.empty()) return;
    const std::lock_guard lock(mutex_);
    Write& write = writes_[std::string(ownerKey)][std::string(kind)];
    // Answers of parallel writes may come in another order.
    if (!kube::isNewer(write.resourceVersion, resourceVersion)) write.resourceVersion = resourceVersion;
    write.at = now;
}

bool WriteGate::caughtUp(std::string_view ownerKey,
                         const std::function<std::string(const std::string& kind)>& storeVersion,
                         Duration now) {
    const std::lock_guard lock(mutex_);
    const auto owner = writes_.find(ownerKey);
    if (owner == writes_.end()) return true;
    std::erase_if(owner->second, [&](const auto& write) {
        const auto order =
            kube::compareResourceVersions(storeVersion(write.first), write.second.resourceVersion);
        return (order && std::is_gteq(*order)) || now - write.second.at >= patience_;
    });
    if (!owner->second.empty()) return false;
    writes_.erase(owner);
    return true;
}

void WriteGate::forget(std::string_view ownerKey) {
    const std::lock_guard lock(mutex_);
    if (const auto owner = writes_.find(ownerKey); owner != writes_.end()) writes_.erase(owner);
}

size_t WriteGate::size() const {
    const std::lock_guard lock(mutex_);
    return writes_.size();
}

}  // namespace serin::cache
