#include "store.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "kube/object.h"

namespace serin::fake {

Store::Store(std::uint64_t firstRevision, size_t history) : revision_(firstRevision), history_(history) {
    for (Log& log : logs_) log.oldest = firstRevision;
}

ObjectPtr Store::find(Kind kind, const std::string& key) const {
    const auto& entries = shelves_[indexOf(kind)].entries;
    const auto found = entries.find(key);
    return found == entries.end() ? nullptr : found->second.version;
}

const Ownership& Store::owners(Kind kind, const std::string& key) const {
    static const Ownership nobody;
    const auto& entries = shelves_[indexOf(kind)].entries;
    const auto found = entries.find(key);
    return found == entries.end() ? nobody : found->second.owners;
}

ObjectPtr Store::findUid(const std::string& uid) const {
    const auto found = byUid_.find(uid);
    return found == byUid_.end() ? nullptr : find(found->second.kind, found->second.key);
}

std::vector<ObjectPtr> Store::list(Kind kind, const std::string& space, const Selector& selector) const {
    const Shelf& shelf = shelves_[indexOf(kind)];
    std::vector<ObjectPtr> out;
    const auto take = [&](const ObjectPtr& version) {
        if ((space.empty() || version->space == space) && selector.matches(version->object))
            out.push_back(version);
    };
    if (const auto label = selector.oneLabel()) {
        const auto found = shelf.byLabel.find(cat(label->first, '=', label->second));
        if (found == shelf.byLabel.end()) return out;
        for (const std::string& key : found->second) take(shelf.entries.at(key).version);
        return out;
    }
    const std::string prefix = space.empty() ? "" : cat(space, '/');
    for (auto place = shelf.entries.lower_bound(prefix);
         place != shelf.entries.end() && place->first.compare(0, prefix.size(), prefix) == 0; ++place) {
        take(place->second.version);
    }
    return out;
}

std::vector<ObjectPtr> Store::listAt(std::uint64_t revision, Kind kind, const std::string& space,
                                     const Selector& selector) const {
    if (revision >= revision_) return list(kind, space, selector);
    std::map<std::string, ObjectPtr> then;
    for (const auto& [key, entry] : shelves_[indexOf(kind)].entries) then[key] = entry.version;
    const auto& changes = logs_[indexOf(kind)].changes;
    for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
        if (change->resourceVersion <= revision) break;
        then[change->after->key] = change->before;
    }
    std::vector<ObjectPtr> out;
    for (const auto& [key, version] : then) {
        if (version && (space.empty() || version->space == space) && selector.matches(version->object))
            out.push_back(version);
    }
    return out;
}

std::vector<ObjectPtr> Store::dependents(const std::string& uid) const {
    std::vector<ObjectPtr> out;
    const auto found = byOwner_.find(uid);
    if (found == byOwner_.end()) return out;
    for (const Place& place : found->second) out.push_back(find(place.kind, place.key));
    return out;
}

std::vector<std::string> Store::missingOwners() const {
    std::vector<std::string> out;
    for (const auto& [uid, places] : byOwner_) {
        if (!byUid_.contains(uid)) out.push_back(uid);
    }
    return out;
}

void Store::index(const Version& version, bool add) {
    Shelf& shelf = shelves_[indexOf(version.kind)];
    const Json& metadata = metadataOf(version.object);
    for (const auto& [key, value] : at(metadata, "labels").items()) {
        if (!value.is_string()) continue;
        const std::string label = cat(key, '=', value.get_ref<const std::string&>());
        if (add) {
            shelf.byLabel[label].insert(version.key);
        } else if (const auto found = shelf.byLabel.find(label); found != shelf.byLabel.end()) {
            found->second.erase(version.key);
            if (found->second.empty()) shelf.byLabel.erase(found);
        }
    }
    const Place place{version.kind, version.key};
    for (const Json& owner : at(metadata, "ownerReferences")) {
        const std::string uid = textAt(owner, "uid");
        if (add) {
            byOwner_[uid].insert(place);
        } else if (const auto found = byOwner_.find(uid); found != byOwner_.end()) {
            found->second.erase(place);
            if (found->second.empty()) byOwner_.erase(found);
        }
    }
    if (add) {
        byUid_[textAt(metadata, "uid")] = place;
    } else {
        byUid_.erase(textAt(metadata, "uid"));
    }
}

ObjectPtr Store::put(Kind kind, Json object, Ownership owners) {
    const auto version = std::make_shared<const Version>(kind, std::move(object), ++revision_);
    Entry& entry = shelves_[indexOf(kind)].entries[version->key];
    const ObjectPtr before = std::exchange(entry.version, version);
    entry.owners = std::move(owners);
    const auto same = [&](const char* key) {
        return at(metadataOf(before->object), key) == at(metadataOf(version->object), key);
    };
    if (!before || !same("labels") || !same("ownerReferences") || !same("uid")) {
        if (before) index(*before, false);
        index(*version, true);
    }
    log(kind, {before ? Change::Type::Modified : Change::Type::Added, revision_, before, version});
    return version;
}

ObjectPtr Store::erase(Kind kind, const std::string& key) {
    auto& entries = shelves_[indexOf(kind)].entries;
    const auto found = entries.find(key);
    if (found == entries.end()) return nullptr;
    const ObjectPtr before = found->second.version;
    index(*before, false);
    entries.erase(found);
    const auto last = std::make_shared<const Version>(kind, before->object, ++revision_);
    log(kind, {Change::Type::Deleted, revision_, before, last});
    return last;
}

void Store::log(Kind kind, Change change) {
    Log& log = logs_[indexOf(kind)];
    log.changes.push_back(std::move(change));
    trim(log);
}

// What no new watch may begin at is dropped as soon as no cursor needs it.
void Store::trim(Log& log) const {
    if (log.changes.size() > history_) {
        const size_t surplus = log.changes.size() - history_;
        log.oldest = std::max(log.oldest, log.changes[surplus].resourceVersion - 1);
    }
    std::uint64_t needed = log.first + log.changes.size();
    for (const Cursor* cursor : log.cursors) needed = std::min(needed, cursor->next);
    while (!log.changes.empty() && log.changes.front().resourceVersion <= log.oldest && log.first < needed) {
        log.changes.pop_front();
        ++log.first;
    }
}

void Store::compact() {
    for (Log& log : logs_) {
        log.oldest = revision_;
        trim(log);
    }
}

void Store::open(Cursor& cursor, std::uint64_t afterRevision) {
    Log& log = logs_[indexOf(cursor.kind)];
    const auto place = std::upper_bound(
        log.changes.begin(), log.changes.end(), afterRevision,
        [](std::uint64_t revision, const Change& change) { return revision < change.resourceVersion; });
    cursor.next = log.first + static_cast<std::uint64_t>(place - log.changes.begin());
    log.cursors.insert(&cursor);
}

void Store::close(Cursor& cursor) {
    Log& log = logs_[indexOf(cursor.kind)];
    log.cursors.erase(&cursor);
    trim(log);
}

bool Store::hasMore(const Cursor& cursor) const {
    const Log& log = logs_[indexOf(cursor.kind)];
    return cursor.next < log.first + log.changes.size();
}

const Change* Store::read(Cursor& cursor, std::uint64_t upTo) const {
    if (!hasMore(cursor)) return nullptr;
    const Log& log = logs_[indexOf(cursor.kind)];
    const Change& change = log.changes[cursor.next - log.first];
    if (change.resourceVersion > upTo) return nullptr;
    ++cursor.next;
    return &change;
}

}  // namespace serin::fake
