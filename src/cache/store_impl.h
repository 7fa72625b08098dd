#pragma once

#include <algorithm>
#include <set>

#include "cache/store.h"

namespace serin::cache {

template <typename T>
void Store<T>::link(const EntryPointer<T>& entry) {
    working_.byKey_.set(entry->key, entry);
    std::vector<EntryPointer<T>> owned = working_.ownedBy(entry->ownerKey);
    const auto place =
        std::lower_bound(owned.begin(), owned.end(), entry->key,
                         [](const EntryPointer<T>& left, const std::string& key) { return left->key < key; });
    owned.insert(place, entry);
    working_.byOwner_.set(entry->ownerKey, std::move(owned));
}

template <typename T>
void Store<T>::unlink(const EntryPointer<T>& entry) {
    std::vector<EntryPointer<T>> owned = working_.ownedBy(entry->ownerKey);
    std::erase_if(owned, [&](const EntryPointer<T>& other) { return other->key == entry->key; });
    if (owned.empty()) {
        working_.byOwner_.erase(entry->ownerKey);
    } else {
        working_.byOwner_.set(entry->ownerKey, std::move(owned));
    }
    working_.byKey_.erase(entry->key);
}

template <typename T>
std::vector<std::string> Store<T>::put(Entry<T> entry) {
    const EntryPointer<T> old = working_.find(entry.key);
    // Another uid is another object: its version is newer by all rights, but the same test holds for it.
    if (old && !kube::isNewer(entry.resourceVersion, old->resourceVersion)) return {};
    const auto fresh = std::make_shared<const Entry<T>>(std::move(entry));
    std::vector<std::string> owners{fresh->ownerKey};
    if (old) {
        if (old->ownerKey != fresh->ownerKey) owners.push_back(old->ownerKey);
        unlink(old);
    }
    link(fresh);
    if (kube::isNewer(fresh->resourceVersion, working_.resourceVersion_)) {
        working_.resourceVersion_ = fresh->resourceVersion;
    }
    publish();
    return owners;
}

template <typename T>
std::vector<std::string> Store<T>::erase(std::string_view key, std::string_view uid) {
    const EntryPointer<T> old = working_.find(key);
    if (!old || (!uid.empty() && old->uid != uid)) return {};
    unlink(old);
    publish();
    return {old->ownerKey};
}

template <typename T>
std::vector<std::string> Store<T>::replaceAll(std::vector<Entry<T>>&& entries,
                                              const std::string& resourceVersion) {
    const Snapshot<T> before = working_;
    working_ = Snapshot<T>{};
    std::set<std::string> owners;
    for (Entry<T>& entry : entries) {
        const EntryPointer<T> old = before.find(entry.key);
        const bool same = old && old->uid == entry.uid && old->resourceVersion == entry.resourceVersion;
        if (!same) {
            owners.insert(entry.ownerKey);
            if (old) owners.insert(old->ownerKey);
        }
        const EntryPointer<T> kept = same ? old : std::make_shared<const Entry<T>>(std::move(entry));
        if (const EntryPointer<T> twice = working_.find(kept->key)) unlink(twice);
        link(kept);
    }
    before.forEach([&](const EntryPointer<T>& old) {
        if (!working_.find(old->key)) owners.insert(old->ownerKey);
    });
    working_.resourceVersion_ = resourceVersion;
    publish();
    return {owners.begin(), owners.end()};
}

template <typename T>
void Store<T>::progress(const std::string& resourceVersion) {
    if (!kube::isNewer(resourceVersion, working_.resourceVersion_)) return;
    working_.resourceVersion_ = resourceVersion;
    publish();
}

}  // namespace serin::cache
