#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "cache/sharded_map.h"
#include "kube/resource_version.h"

namespace serin::cache {

// One object in a store. Immutable once stored.
template <typename T>
struct Entry {
    std::string key;  // kube::objectKey
    std::string uid;
    std::string resourceVersion;
    std::string ownerKey;  // key of the ModelDeployment it belongs to; for a ModelDeployment its own
    T value;
};

template <typename T>
using EntryPointer = std::shared_ptr<const Entry<T>>;

// The state of a Store at one moment. A cheap value (two pointers); thread-safe to copy and read; never
// changes.
template <typename T>
class Snapshot {
  public:
    // Null when absent.
    EntryPointer<T> find(std::string_view key) const {
        const EntryPointer<T>* found = byKey_.find(key);
        return found ? *found : nullptr;
    }
    // All objects of one ModelDeployment, ordered by key, in time proportional to their number.
    std::vector<EntryPointer<T>> ownedBy(std::string_view ownerKey) const {
        const std::vector<EntryPointer<T>>* found = byOwner_.find(ownerKey);
        return found ? *found : std::vector<EntryPointer<T>>{};
    }
    void forEach(const std::function<void(const EntryPointer<T>&)>& visit) const {
        byKey_.forEach([&](const std::string&, const EntryPointer<T>& entry) { visit(entry); });
    }
    size_t size() const { return byKey_.size(); }
    // Everything up to here is in it; empty before the first list.
    const std::string& resourceVersion() const { return resourceVersion_; }
    bool synced() const { return !resourceVersion_.empty(); }

  private:
    template <typename>
    friend class Store;
    ShardedMap<EntryPointer<T>> byKey_;
    ShardedMap<std::vector<EntryPointer<T>>> byOwner_;
    std::string resourceVersion_;
};

// The newest known state of one kind. One writer thread; any number of readers, who get snapshots. A change
// costs the copy of one shard (about n/256 pointers).
template <typename T>
class Store {
  public:
    Snapshot<T> snapshot() const {
        const std::lock_guard lock(mutex_);
        return published_;
    }

    // Writer only, from here on. Each returns the owners that have to look again.

    // Ignored when not newer than the stored object of this key.
    std::vector<std::string> put(Entry<T> entry);
    // Erases the object unless another one (by uid) has taken its place since. An empty uid matches any.
    std::vector<std::string> erase(std::string_view key, std::string_view uid);
    // Replaces everything, as a finished list does. Owners of unchanged objects are not returned.
    std::vector<std::string> replaceAll(std::vector<Entry<T>>&& entries, const std::string& resourceVersion);
    // Everything up to `resourceVersion` is in the store.
    void progress(const std::string& resourceVersion);

  private:
    void publish() {
        const std::lock_guard lock(mutex_);
        published_ = working_;
    }
    void link(const EntryPointer<T>& entry);
    void unlink(const EntryPointer<T>& entry);

    Snapshot<T> working_;
    mutable std::mutex mutex_;
    Snapshot<T> published_;
};

}  // namespace serin::cache

#include "cache/store_impl.h"
