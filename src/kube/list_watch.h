#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/http.h"
#include "base/result.h"
#include "kube/backoff.h"
#include "kube/object.h"
#include "kube/request.h"
#include "kube/resource.h"
#include "kube/resource_version.h"
#include "kube/status.h"
#include "kube/watch_decoder.h"

namespace serin::kube {

// What a ListWatch wants done to the store, in order.
struct StoreOperation {
    enum class Kind {
        ListStarted,  // begin an empty side collection; drop an unfinished one
        ListPage,     // put `objects` into the side collection
        ListErase,    // objects[0] was deleted while it was being listed: take it out of the side collection
        ListDone,     // swap the side collection in; it is the state at resourceVersion
        Put,          // objects[0] was added or modified; keep it only when newer than what is stored
        Erase,        // objects[0] was deleted; erase only what has its uid
        Progress,     // nothing changed
    };
    Kind kind = Kind::Progress;
    std::vector<Object> objects;
    // For ListDone, Put, Erase and Progress: everything up to here has been told with this operation.
    std::string resourceVersion;
};

// Keeps a copy of one collection: list, watch from there, resume, relist when the history is gone.
// A pure machine: answers, events and times go in; the next request, a wait, and store operations come out.
// It does no IO and has no threads, so a simulation can run it. Times are of Clock::sinceBoot.
//
// A list comes in pages, or (streamingLists, KEP-3157) as the beginning of the watch that follows it. Servers
// that refuse such a watch, break it, or do not bring its bookmark are listed in pages from then on, for an
// hour.
//
// How to drive it: call next() and do what it says; report a List's answer to onListAnswer; for a Watch
// report onWatchOpened, each event, each tick of silence (HttpRequest::tick), then onWatchEnd exactly once.
class ListWatch {
  public:
    struct Options {
        Resource resource;
        std::string space;  // empty: all namespaces
        std::string labelSelector;
        int pageLimit = 500;
        std::chrono::seconds minWatch{300};
        std::chrono::seconds maxWatch{600};
        bool streamingLists = false;
    };
    struct Wait {
        Duration until;
    };
    struct List {
        HttpRequest request;
    };
    struct Watch {
        HttpRequest request;
    };
    using Action = std::variant<Wait, List, Watch>;

    struct Outcome {
        std::vector<StoreOperation> operations;
        bool endStream = false;  // close the stream now (onWatchEnd still follows)
    };
    // What an operator's metrics and logs show.
    struct Statistics {
        int lists = 0;     // lists that were completed, streamed or in pages
        int streamed = 0;  // of these, streamed ones
        int watches = 0;   // watches that were opened
        int failures = 0;  // answers, events and streams that failed
        std::string lastFailure;
        int refusals = 0;  // streaming lists that the server does not do; no failure
        std::string lastRefusal;
    };

    ListWatch(Options options, RequestBuilder requests, Random random);

    Action next(Duration now);

    std::vector<StoreOperation> onListAnswer(const Result<HttpResponse>& answer, Duration now);

    void onWatchOpened(Duration now);
    Outcome onWatchEvent(WatchEvent event, Duration now);
    // Nothing came for a while.
    Outcome onWatchSilence(Duration now);
    // How the stream ended: its answer, or an Error (Invalid: the decoder refused it).
    void onWatchEnd(const Result<HttpResponse>& end, Duration now);

    // Whether a list was ever completed.
    bool synced() const { return synced_; }
    // Where the store stands.
    const std::string& resourceVersion() const { return resourceVersion_; }
    const Statistics& statistics() const { return statistics_; }

  private:
    // Streaming: in a watch whose objects are still a list.
    enum class State { Listing, Streaming, Listed, Watching };

    void relist(Duration now, bool jitter);
    void fail(const std::string& what, std::optional<Duration> retryAfter, Duration now);
    void listed(const std::string& version);
    void advance(const std::string& version);
    void onListFailure(const ApiStatus& status, Duration now);
    void onWatchFailure(const ApiStatus& status, Duration now);
    void onWatchBroken(const Error& error, bool barren, Duration now);
    Outcome onErrorEvent(const Object& object, Duration now);

    // The streaming list: list_watch_streaming.cc.
    bool streamsNext(Duration now) const;
    Outcome onInitialEvent(WatchEvent event, Duration now);
    void onStreamEnd(const Result<HttpResponse>& end, Duration now);
    void listInPages(Duration now);

    Options options_;
    RequestBuilder requests_;
    Random random_;
    Backoff backoff_;
    State state_ = State::Listing;
    std::string resourceVersion_;
    std::string continueToken_;  // of the page to ask for next; empty: the first
    bool wholeList_ = false;     // the next list goes without a limit: a continue token has expired
    bool synced_ = false;
    Duration notBefore_{0};
    Duration watchStarted_{0};
    int eventsInWatch_ = 0;
    bool endHandled_ = false;  // the present watch was already decided by an ERROR event
    int decodeFailures_ = 0;   // in a row
    bool sideOpen_ = false;    // of a streaming list: ListStarted was told
    Duration lastInitial_{0};  // of a streaming list: when its last object came
    Duration pagesUntil_{0};   // no streaming lists before
    std::optional<Duration> serverErrorsSince_;
    Statistics statistics_;
};

}  // namespace serin::kube
