#include "kube/list_watch.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace serin::kube {
namespace {

using Json = nlohmann::json;
using Kind = StoreOperation::Kind;

// A watch that ends sooner without an event is a failure (client-go's "very short watch").
constexpr Duration kShortWatch{1'000};
// For so long a watch that is answered with 5xx is tried again where it stood; then the collection is listed
// anew.
constexpr Duration kServerErrors{60'000};
// A frame that cannot be read comes again with each resume: after so many in a row the collection is listed
// anew.
constexpr int kDecodeFailures = 3;
// After a restart of the API server all watches expire at once.
constexpr double kRelistJitter = 1'000;

struct Page {
    std::vector<Object> objects;
    std::string resourceVersion;
    std::string continueToken;
};

std::string text(const Json& value, const char* key) {
    const auto found = value.find(key);
    return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<Page> parsePage(const std::string& body, const Resource& resource) {
    Json list = Json::parse(body, nullptr, false);
    if (!list.is_object()) return invalid("the list is not a JSON object");
    const auto metadata = list.find("metadata");
    if (metadata == list.end() || !metadata->is_object()) return invalid("the list has no metadata");
    Page page;
    page.resourceVersion = text(*metadata, "resourceVersion");
    page.continueToken = text(*metadata, "continue");
    if (page.resourceVersion.empty()) return invalid("the list has no resourceVersion");
    const auto items = list.find("items");
    if (items == list.end() || items->is_null()) return page;
    if (!items->is_array()) return invalid("the list's items are not an array");
    page.objects.reserve(items->size());
    for (Json& item : *items) {
        if (!item.is_object()) return invalid("the list holds something that is not an object");
        // Items of typed lists come without these.
        item["apiVersion"] = resource.apiVersion();
        item["kind"] = resource.kind;
        page.objects.emplace_back(std::move(item));
    }
    return page;
}

}  // namespace

ListWatch::ListWatch(Options options, RequestBuilder requests, Random random)
    : options_(std::move(options)),
      requests_(std::move(requests)),
      random_(std::move(random)),
      backoff_({}, random_) {}

ListWatch::Action ListWatch::next(Duration now) {
    if (now < notBefore_) return Wait{notBefore_};
    const bool streams = state_ == State::Listing && streamsNext(now);
    if (state_ == State::Listing && !streams) {
        // No resourceVersion: the most recent state. It costs a quorum read and never goes back in time.
        const int limit = wholeList_ ? 0 : options_.pageLimit;
        return List{requests_.list(options_.resource, options_.space,
                                   {options_.labelSelector, limit, continueToken_})};
    }
    const auto spread = static_cast<double>((options_.maxWatch - options_.minWatch).count());
    const std::chrono::seconds extra{static_cast<std::chrono::seconds::rep>(random_() * spread)};
    // A streaming list without a resourceVersion, too, is of the most recent state.
    return Watch{requests_.watch(
        options_.resource, options_.space,
        {options_.labelSelector, streams ? "" : resourceVersion_, options_.minWatch + extra, streams})};
}

void ListWatch::fail(const std::string& what, std::optional<Duration> retryAfter, Duration now) {
    ++statistics_.failures;
    statistics_.lastFailure = what;
    notBefore_ = now + std::max(backoff_.next(now), retryAfter.value_or(Duration{0}));
}

void ListWatch::relist(Duration now, bool jitter) {
    state_ = State::Listing;
    continueToken_.clear();
    serverErrorsSince_.reset();
    decodeFailures_ = 0;
    if (jitter) notBefore_ = now + Duration{static_cast<Duration::rep>(random_() * kRelistJitter)};
}

void ListWatch::listed(const std::string& version) {
    state_ = State::Listed;
    resourceVersion_ = version;
    continueToken_.clear();
    wholeList_ = false;
    synced_ = true;
    ++statistics_.lists;
}

void ListWatch::advance(const std::string& version) {
    const auto order = compareResourceVersions(version, resourceVersion_);
    if (!version.empty() && (!order || std::is_gt(*order))) resourceVersion_ = version;
}

std::vector<StoreOperation> ListWatch::onListAnswer(const Result<HttpResponse>& answer, Duration now) {
    if (!answer) {
        fail(cat("list: ", answer.error().message), std::nullopt, now);
        return {};
    }
    if (answer->status < 200 || answer->status >= 300) {
        onListFailure(parseStatus(*answer), now);
        return {};
    }
    Result<Page> page = parsePage(answer->body, options_.resource);
    if (!page) {
        fail(cat("list: ", page.error().message), std::nullopt, now);
        relist(now, false);
        return {};
    }
    std::vector<StoreOperation> operations;
    if (continueToken_.empty()) operations.push_back({Kind::ListStarted, {}, ""});
    operations.push_back({Kind::ListPage, std::move(page->objects), ""});
    if (!page->continueToken.empty()) {
        continueToken_ = page->continueToken;
        return operations;
    }
    operations.push_back({Kind::ListDone, {}, page->resourceVersion});
    listed(page->resourceVersion);
    return operations;
}

void ListWatch::onListFailure(const ApiStatus& status, Duration now) {
    fail(toError("list", status).message, status.retryAfter, now);
    if (!status.expired()) return;
    // The snapshot behind the continue token is gone. Pages of another one do not fit: take all in one
    // answer.
    if (!continueToken_.empty()) {
        wholeList_ = true;
        notBefore_ = now;
    }
    relist(now, false);
}

void ListWatch::onWatchOpened(Duration now) {
    state_ = state_ == State::Listing ? State::Streaming : State::Watching;
    sideOpen_ = false;
    lastInitial_ = now;
    watchStarted_ = now;
    eventsInWatch_ = 0;
    endHandled_ = false;
    ++statistics_.watches;
}

ListWatch::Outcome ListWatch::onWatchEvent(WatchEvent event, Duration now) {
    if (state_ == State::Streaming) return onInitialEvent(std::move(event), now);
    if (event.type == WatchEventType::Error) return onErrorEvent(event.object, now);
    ++eventsInWatch_;
    decodeFailures_ = 0;
    serverErrorsSince_.reset();
    advance(event.object.resourceVersion());
    const Kind kind = event.type == WatchEventType::Bookmark  ? Kind::Progress
                      : event.type == WatchEventType::Deleted ? Kind::Erase
                                                              : Kind::Put;
    StoreOperation operation{kind, {}, resourceVersion_};
    if (kind != Kind::Progress) operation.objects.push_back(std::move(event.object));
    Outcome outcome;
    outcome.operations.push_back(std::move(operation));
    return outcome;
}

ListWatch::Outcome ListWatch::onErrorEvent(const Object& object, Duration now) {
    endHandled_ = true;
    onWatchFailure(parseStatusBody(dumpJson(object.json())), now);
    return {{}, true};
}

void ListWatch::onWatchFailure(const ApiStatus& status, Duration now) {
    fail(toError("watch", status).message, status.retryAfter, now);
    if (status.expired() || status.hasCause("ResourceVersionTooLarge")) {
        relist(now, true);
    } else if (status.code == 404) {
        relist(now, false);  // the kind is gone: the list will say when it is back
    } else if (status.code >= 500) {
        if (!serverErrorsSince_) serverErrorsSince_ = now;
        if (now - *serverErrorsSince_ >= kServerErrors) relist(now, false);
    }
}

void ListWatch::onWatchBroken(const Error& error, bool barren, Duration now) {
    if (error.code == ErrorCode::Stopped) return;
    const Duration before = notBefore_;
    fail(cat("watch: ", error.message), std::nullopt, now);
    if (error.code == ErrorCode::Invalid) {
        if (++decodeFailures_ >= kDecodeFailures) relist(now, false);
    } else if (!barren) {
        notBefore_ = before;  // it did its work; connections break
    }
}

void ListWatch::onWatchEnd(const Result<HttpResponse>& end, Duration now) {
    const bool handled = std::exchange(endHandled_, false);
    if (state_ == State::Streaming) {
        state_ = State::Listing;
        if (!handled) onStreamEnd(end, now);
        return;
    }
    if (state_ == State::Watching) state_ = State::Listed;
    if (handled) return;
    const bool barren = now - watchStarted_ < kShortWatch && eventsInWatch_ == 0;
    if (!end) {
        onWatchBroken(end.error(), barren, now);
    } else if (end->status < 200 || end->status >= 300) {
        onWatchFailure(parseStatus(*end), now);
    } else if (barren) {
        fail("watch: it ended at once without an event", std::nullopt, now);
    } else {
        serverErrorsSince_.reset();
    }
}

}  // namespace serin::kube
