#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cache/store_sink.h"
#include "fake/api_server.h"
#include "kube/list_watch.h"
#include "kube/watch_decoder.h"
#include "last_events.h"
#include "random.h"
#include "runtime/watched_kinds.h"
#include "simulated_transport.h"

namespace serin::simulation {

// What a reflector thread does, turn by turn: the client's own list-watch machine, decoder and store, fed by
// the simulated server's streams, which come in pieces, twice, or broken off.
template <typename T>
class Follower {
  public:
    Follower(const kube::Resource& resource, Result<T> (*decode)(const nlohmann::json&),
             const runtime::WatchListeners& listeners, const kube::RequestBuilder& requests,
             SimulatedTransport& transport, const Clock& clock, uint64_t seed)
        : transport_(transport),
          clock_(clock),
          random_(seed, 40),
          machine_(runtime::collection(resource, ""), requests,
                   [draws = Random(seed, 41)]() mutable { return draws.uniform(); }),
          sink_(runtime::kindOf<T>(resource, decode, listeners), store_) {}

    cache::Snapshot<T> snapshot() const { return store_.snapshot(); }
    bool synced() const { return machine_.synced(); }
    const std::string& lastFailure() const { return machine_.statistics().lastFailure; }

    // Does what can be done now. Returns when there is something to do without any news.
    Duration turn() {
        while (true) {
            const Duration now = clock_.sinceBoot();
            if (now < deafUntil_) return deafUntil_;
            if (stream_) {
                if (!hear()) return stream_->nextDue();
                continue;
            }
            const auto action = machine_.next(now);
            if (const auto* wait = std::get_if<kube::ListWatch::Wait>(&action)) return wait->until;
            if (const auto* list = std::get_if<kube::ListWatch::List>(&action)) {
                sink_.apply(machine_.onListAnswer(transport_.send(list->request), clock_.sinceBoot()));
            } else {
                open(std::get<kube::ListWatch::Watch>(action).request);
            }
        }
    }

    // The connection breaks in the middle of what comes next.
    void breakOff() { breaks_ = true; }
    // What comes next comes twice.
    void repeat() { repeats_ = true; }
    // Nothing is heard until then (Clock::sinceBoot), for this reason.
    void deafen(Duration until, Kind why) {
        deafUntil_ = until;
        deafBy_ = why;
    }

  private:
    void open(const HttpRequest& request) {
        machine_.onWatchOpened(clock_.sinceBoot());
        decoder_ = kube::WatchDecoder();
        auto opened = transport_.openWatch(request);
        if (auto* stream = std::get_if<std::unique_ptr<fake::Watch>>(&opened)) {
            stream_ = std::move(*stream);
        } else {
            machine_.onWatchEnd(std::get<Result<HttpResponse>>(opened), clock_.sinceBoot());
        }
    }

    // False when nothing came and the stream goes on.
    bool hear() {
        stream_->lagAt(transport_.upTo());
        std::string bytes = afterDeafness(stream_->pull());
        if (bytes.empty() && !stream_->ended() && !breaks_) return false;
        if (std::exchange(repeats_, false)) bytes += bytes;
        if (breaks_) bytes.resize(bytes.size() / 2);
        const size_t cut =
            bytes.empty() ? 0 : static_cast<size_t>(random_.between(0, static_cast<int>(bytes.size())));
        const bool goesOn =
            feed(std::string_view(bytes).substr(0, cut)) && feed(std::string_view(bytes).substr(cut));
        if (goesOn && !stream_->ended() && !breaks_) return true;
        Result<HttpResponse> end = HttpResponse{200, {}, ""};
        if (undecodable_) end = *undecodable_;
        if (std::exchange(breaks_, false) || decoder_.midFrame())
            end = Error{ErrorCode::Unknown, "the stream ended inside a frame"};
        undecodable_.reset();
        stream_.reset();
        machine_.onWatchEnd(end, clock_.sinceBoot());
        return true;
    }

    std::string afterDeafness(std::string bytes) {
        const auto why = std::exchange(deafBy_, std::nullopt);
        if (!why || bytes.empty()) return bytes;
        if (*why != Kind::Dropped) {
            transport_.feel(*why);
            return bytes;
        }
        std::string last = lastEvents(bytes);
        if (last.size() < bytes.size()) transport_.feel(*why);
        return last;
    }

    bool feed(std::string_view bytes) {
        std::vector<kube::WatchEvent> events;
        const Result<void> fed = decoder_.feed(bytes, events);
        for (kube::WatchEvent& event : events) {
            auto outcome = machine_.onWatchEvent(std::move(event), clock_.sinceBoot());
            sink_.apply(std::move(outcome.operations));
            if (outcome.endStream) return false;
        }
        if (!fed) undecodable_ = fed.error();
        return fed.ok();
    }

    SimulatedTransport& transport_;
    const Clock& clock_;
    Random random_;
    kube::ListWatch machine_;
    cache::Store<T> store_;
    cache::StoreSink<T> sink_;
    kube::WatchDecoder decoder_;
    std::unique_ptr<fake::Watch> stream_;
    std::optional<Error> undecodable_;
    Duration deafUntil_{0};
    std::optional<Kind> deafBy_;
    bool breaks_ = false;
    bool repeats_ = false;
};

}  // namespace serin::simulation
