#include "base/text.h"
#include "kube/list_watch.h"

namespace serin::kube {
namespace {

using Kind = StoreOperation::Kind;

// A streaming list that brings neither an object nor its bookmark for so long will bring none: an API server
// whose etcd cannot report progress waits for ever.
constexpr Duration kInitialSilence{10'000};
// Objects that change faster than they are told would hold up the bookmark without end.
constexpr Duration kInitialWhole{60'000};
// For so long lists are not streamed again after a refusal: servers are upgraded now and then.
constexpr Duration kPagesFor{3'600'000};

}  // namespace

bool ListWatch::streamsNext(Duration now) const {
    return options_.streamingLists && now >= pagesUntil_ && continueToken_.empty() && !wholeList_;
}

void ListWatch::listInPages(Duration now) {
    pagesUntil_ = now + kPagesFor;
    notBefore_ = now;  // the first page waits for nothing: its own failure would
}

ListWatch::Outcome ListWatch::onInitialEvent(WatchEvent event, Duration now) {
    if (endHandled_) return {{}, true};
    Outcome outcome;
    if (!sideOpen_) outcome.operations.push_back({Kind::ListStarted, {}, ""});
    sideOpen_ = true;
    switch (event.type) {
        case WatchEventType::Error:
            endHandled_ = true;
            ++statistics_.refusals;
            statistics_.lastRefusal =
                toError("streaming list", parseStatusBody(dumpJson(event.object.json()))).message;
            listInPages(now);
            return {{}, true};
        case WatchEventType::Bookmark:
            if (event.object.annotation(kInitialEventsEnd) != "true") break;
            outcome.operations.push_back({Kind::ListDone, {}, event.object.resourceVersion()});
            listed(event.object.resourceVersion());
            ++statistics_.streamed;
            ++eventsInWatch_;
            state_ = State::Watching;
            return outcome;
        case WatchEventType::Deleted:
            outcome.operations.push_back({Kind::ListErase, {}, ""});
            outcome.operations.back().objects.push_back(std::move(event.object));
            break;
        default:
            outcome.operations.push_back({Kind::ListPage, {}, ""});
            outcome.operations.back().objects.push_back(std::move(event.object));
            lastInitial_ = now;
            break;
    }
    outcome.endStream = onWatchSilence(now).endStream;
    return outcome;
}

ListWatch::Outcome ListWatch::onWatchSilence(Duration now) {
    const bool late = now - lastInitial_ >= kInitialSilence || now - watchStarted_ >= kInitialWhole;
    if (state_ != State::Streaming || endHandled_ || !late) return {};
    endHandled_ = true;
    fail(cat("streaming list: its bookmark did not come within ", formatDuration(now - watchStarted_),
             "; the collection is listed in pages"),
         std::nullopt, now);
    listInPages(now);
    return {{}, true};
}

void ListWatch::onStreamEnd(const Result<HttpResponse>& end, Duration now) {
    if (!end && end.error().code == ErrorCode::Stopped) return;
    if (!end && end.error().code == ErrorCode::Unavailable) {
        return fail(cat("streaming list: ", end.error().message), std::nullopt, now);
    }
    if (!end || (end->status >= 200 && end->status < 300)) {
        fail(cat("streaming list: ", end ? "it ended before its bookmark" : end.error().message),
             std::nullopt, now);
        return listInPages(now);
    }
    const ApiStatus status = parseStatus(*end);
    const std::string message = toError("streaming list", status).message;
    // Not a word about streaming: lists in pages would get the same.
    if (status.code == 401 || status.code == 429) return fail(message, status.retryAfter, now);
    ++statistics_.refusals;
    statistics_.lastRefusal = message;
    listInPages(now);
}

}  // namespace serin::kube
