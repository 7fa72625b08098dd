#pragma once

#include <deque>
#include <string>
#include <vector>

#include "base/clock.h"
#include "failure.h"
#include "store.h"
#include "target.h"

namespace serin::fake {

struct Page {
    Kind kind{};
    std::uint64_t resourceVersion = 0;
    std::vector<ObjectPtr> objects;
    size_t remaining = 0;
    bool countsRemaining = false;  // not with a selector
    std::string continueToken;     // empty: this was the last page
};

// Lists, in pages of one snapshot. Snapshots live for five minutes, as an API server's do between
// compactions of etcd, and until compact().
class Listing {
  public:
    Listing(const Store& store, const Clock& clock);

    // `upTo`: the last revision that is known, of a server that lags behind.
    Outcome<Page> list(const Target& target, std::uint64_t upTo = kPresent);
    // Every continue token handed out so far is expired.
    void compact() { snapshots_.clear(); }

  private:
    struct Snapshot {
        std::uint64_t resourceVersion = 0;
        std::string path;
        std::string selector;
        std::vector<ObjectPtr> objects;
        Duration taken{};
    };
    struct Token {
        std::int64_t resourceVersion = 0;  // -1: the present state, from `start` on
        std::string start;
    };

    Outcome<Page> fresh(const Target& target, const Selector& selector, size_t limit, std::uint64_t upTo);
    Outcome<Page> next(const Target& target, const Selector& selector, size_t limit);
    Page cut(const Target& target, std::uint64_t revision, const std::vector<ObjectPtr>& all,
             const std::string& start, size_t limit);
    static std::string encode(const Token& token);
    static std::optional<Token> decode(const std::string& text);

    const Store& store_;
    const Clock& clock_;
    std::deque<Snapshot> snapshots_;
};

HttpResponse answer(const Page& page);

// What a list or watch selects by fields; only metadata.name and metadata.namespace are known.
struct FieldSelection {
    std::string name;
    std::string space;
};
std::optional<FieldSelection> parseFieldSelector(const std::string& text);

}  // namespace serin::fake
