#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "failure.h"
#include "listing.h"
#include "selector.h"
#include "store.h"
#include "target.h"

namespace serin::fake {

// One open watch. It belongs to who opened it and must be destroyed before its server.
//
// Frames are made when they are pulled, of texts that all watches share. Bookmarks and the end come by the
// clock: pull() gives what is due, and nextDue() says when something will be due without any write.
class Watch {
  public:
    struct Options {
        Kind kind{};
        std::string space;
        FieldSelection fields;
        Selector selector;
        bool bookmarks = false;
        bool initialEvents = false;      // sendInitialEvents: an annotated bookmark ends them
        std::vector<ObjectPtr> initial;  // told as ADDED before everything else
        std::uint64_t from = 0;          // tells what happened after it
        std::optional<Failure> failure;  // one ERROR frame, and the end
        Duration lifetime{};             // timeoutSeconds
        Duration bookmarkInterval{60'000};
    };

    Watch(Store& store, const Clock& clock, Options options);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    // The bytes since the last pull: whole frames, one a line. Empty: nothing happened.
    std::string pull();
    // Whether pull() would give something now.
    bool ready() const;
    // The stream is over, cleanly; what was pulled is all there is.
    bool ended() const { return ended_; }
    // Of Clock::sinceBoot.
    Duration nextDue() const;
    // From now on the stream tells what happened up to this revision, as a server that lags behind does.
    void lagAt(std::uint64_t revision) { upTo_ = revision; }
    // The server ends the stream, as when it shuts down: what happened before is still told.
    void close() { closing_ = true; }
    Kind kind() const { return options_.kind; }

  private:
    bool concerns(const Version& version) const;
    void tell(const Change& change, std::string& out) const;
    void bookmark(bool endsInitialEvents, std::string& out);
    void begin(std::string& out);

    Store& store_;
    const Clock& clock_;
    Options options_;
    Cursor cursor_;
    std::uint64_t upTo_ = kPresent;
    bool begun_ = false;
    bool ended_ = false;
    bool closing_ = false;
    bool lastBookmark_ = false;  // the one shortly before the end
    Duration deadline_{};
    Duration bookmarkAt_{};
};

}  // namespace serin::fake
