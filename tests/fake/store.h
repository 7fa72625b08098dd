#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "ownership.h"
#include "selector.h"
#include "version.h"

namespace serin::fake {

// The revision of a reader that lags behind nothing.
constexpr std::uint64_t kPresent = ~std::uint64_t{0};

// A reader's place in the history of one kind; what it has not read yet is kept for it.
struct Cursor {
    Kind kind{};
    std::uint64_t next = 0;  // sequence number of the change to read next
};

// The objects, their history, and one counter of revisions for all kinds. What is asked of it by namespace,
// label, owner or uid is found by an index.
class Store {
  public:
    // `history`: changes of each kind that a new watch may begin before.
    Store(std::uint64_t firstRevision, size_t history);

    std::uint64_t revision() const { return revision_; }

    ObjectPtr find(Kind kind, const std::string& key) const;
    const Ownership& owners(Kind kind, const std::string& key) const;
    ObjectPtr findUid(const std::string& uid) const;
    // In the order of keys. `space` empty: all. `after`: only keys greater than it.
    std::vector<ObjectPtr> list(Kind kind, const std::string& space, const Selector& selector) const;
    // The same as it was at an earlier revision, as far back as history goes.
    std::vector<ObjectPtr> listAt(std::uint64_t revision, Kind kind, const std::string& space,
                                  const Selector& selector) const;
    // What names this uid in its ownerReferences.
    std::vector<ObjectPtr> dependents(const std::string& uid) const;
    // uids that were named as owners by what exists, and do not exist themselves.
    std::vector<std::string> missingOwners() const;

    // Adds or replaces an object under the next revision.
    ObjectPtr put(Kind kind, Json object, Ownership owners);
    // Removes it; its last version, with the revision of the deletion, is what watches see.
    ObjectPtr erase(Kind kind, const std::string& key);

    // The least resourceVersion that a watch may begin at.
    std::uint64_t oldest(Kind kind) const { return logs_[indexOf(kind)].oldest; }
    // Forgets all history: watches of the past are refused from now on. Open ones go on.
    void compact();

    // Cursors are registered as long as they read, so that their changes are kept.
    void open(Cursor& cursor, std::uint64_t afterRevision);
    void close(Cursor& cursor);
    // The next change up to a revision; nullptr: none yet. Valid until the next call of any member.
    const Change* read(Cursor& cursor, std::uint64_t upTo = kPresent) const;
    bool hasMore(const Cursor& cursor) const;

  private:
    struct Entry {
        ObjectPtr version;
        Ownership owners;
    };
    using Keys = std::set<std::string>;
    struct Shelf {
        std::map<std::string, Entry> entries;
        std::unordered_map<std::string, Keys> byLabel;  // "key=value"
    };
    struct Log {
        std::deque<Change> changes;
        std::uint64_t first = 0;  // sequence number of changes.front()
        std::uint64_t oldest = 0;
        std::set<Cursor*> cursors;
    };
    struct Place {
        Kind kind{};
        std::string key;
        friend auto operator<=>(const Place&, const Place&) = default;
    };

    void index(const Version& version, bool add);
    void log(Kind kind, Change change);
    void trim(Log& log) const;

    std::uint64_t revision_;
    size_t history_;
    std::array<Shelf, kKinds> shelves_;
    std::array<Log, kKinds> logs_;
    std::unordered_map<std::string, Place> byUid_;
    std::map<std::string, std::set<Place>> byOwner_;
};

}  // namespace serin::fake
