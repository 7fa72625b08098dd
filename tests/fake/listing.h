#pragma once

#include <deque>
#include <string>
#include <vector>

#include "base/clock.h"
#include "failure.h"
#include "store.h"
#include "target.h"

namespace serin::fake {

// What a list or watch selects by fields; only metadata.name and metadata.namespace are known.
struct FieldSelection {
    struct Requirement {
        bool ofName = false;  // else of the namespace
        bool equal = true;
        std::string value;
    };
    std::vector<Requirement> requirements;

    bool empty() const { return requirements.empty(); }
    bool matches(const Version& version) const;
};
// The part that cannot be understood, as a refusal.
Outcome<FieldSelection> parseFieldSelector(const std::string& text);

struct Page {
    Kind kind{};
    std::uint64_t resourceVersion = 0;
    std::vector<ObjectPtr> objects;
    size_t remaining = 0;
    bool countsRemaining = false;  // not with a selector
    std::string continueToken;     // empty: this was the last page
};

// Lists, in pages of one snapshot. Snapshots live for five minutes, as an API server's do between
// compactions of etcd, and until compact(). A token that outlived its snapshot is answered with one that goes
// on in the present: what it brings is the beginning of a snapshot of its own.
//
// A token knows where to go on, not what was selected: a page may be asked for with another selector, and the
// last page may be empty, because the server knows only that objects are left, not whether they match.
class Listing {
  public:
    Listing(const Store& store, const Clock& clock);

    // `upTo`: the last revision that is known, of a server that lags behind.
    Outcome<Page> list(const Target& target, std::uint64_t upTo = kPresent);
    // Every continue token handed out so far is expired.
    void compact() { snapshots_.clear(); }

  private:
    using Objects = std::vector<ObjectPtr>;
    struct Snapshot {
        std::uint64_t resourceVersion = 0;
        std::string path;
        Objects objects;
        Duration taken{};
    };
    struct Token {
        std::int64_t resourceVersion = 0;  // -1: the present state, from `start` on
        std::string start;
    };
    struct Selection {
        Selector labels;
        FieldSelection fields;
        bool empty() const { return labels.empty() && fields.empty(); }
    };

    Outcome<Page> fresh(const Target& target, const Selection& selection, size_t limit, std::uint64_t upTo);
    Outcome<Page> next(const Target& target, const Selection& selection, size_t limit);
    // The page that begins at `start`; objects are all of the collection.
    Page cut(const Target& target, const Selection& selection, std::uint64_t revision, const Objects& all,
             const std::string& start, size_t limit);
    void keep(const Target& target, std::uint64_t revision, Objects all);
    static std::string encode(const Token& token);
    static std::optional<Token> decode(const std::string& text);

    const Store& store_;
    const Clock& clock_;
    std::deque<Snapshot> snapshots_;
};

HttpResponse answer(const Page& page);

}  // namespace serin::fake
