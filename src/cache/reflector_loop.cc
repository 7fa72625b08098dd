#include "cache/reflector_loop.h"

#include <chrono>
#include <utility>
#include <variant>

namespace serin::cache {

ReflectorLoop::ReflectorLoop(kube::ListWatch machine, net::Transport& transport, Sink& sink,
                             const Clock& clock, Logger& log, std::string kind)
    : machine_(std::move(machine)),
      transport_(transport),
      sink_(sink),
      clock_(clock),
      log_(log),
      kind_(std::move(kind)) {}

void ReflectorLoop::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const kube::ListWatch::Action action = machine_.next(clock_.sinceBoot());
        if (const auto* pause = std::get_if<kube::ListWatch::Wait>(&action)) {
            wait(pause->until, stop);
        } else if (const auto* page = std::get_if<kube::ListWatch::List>(&action)) {
            list(page->request, stop);
        } else {
            watch(std::get<kube::ListWatch::Watch>(action).request, stop);
        }
    }
}

void ReflectorLoop::list(const HttpRequest& request, const std::stop_token& stop) {
    const Result<HttpResponse> answer = transport_.send(request, stop);
    if (stop.stop_requested()) return;
    sink_.apply(machine_.onListAnswer(answer, clock_.sinceBoot()));
    report(answer.ok());
}

void ReflectorLoop::watch(const HttpRequest& request, const std::stop_token& stop) {
    machine_.onWatchOpened(clock_.sinceBoot());
    kube::WatchDecoder decoder;
    std::optional<Error> undecodable;
    const auto onChunk = [&](std::string_view bytes) {
        if (bytes.empty()) return !machine_.onWatchSilence(clock_.sinceBoot()).endStream;
        std::vector<kube::WatchEvent> events;
        const Result<void> fed = decoder.feed(bytes, events);
        for (kube::WatchEvent& event : events) {
            auto outcome = machine_.onWatchEvent(std::move(event), clock_.sinceBoot());
            sink_.apply(std::move(outcome.operations));
            report(true);
            if (outcome.endStream) return false;
        }
        if (!fed) undecodable = fed.error();
        return fed.ok() && !stop.stop_requested();
    };
    Result<HttpResponse> end = transport_.stream(request, onChunk, stop);
    if (undecodable) end = *undecodable;
    if (end && decoder.midFrame()) end = Error{ErrorCode::Unknown, "the stream ended inside a frame"};
    if (stop.stop_requested()) return;
    machine_.onWatchEnd(end, clock_.sinceBoot());
    report(end.ok());
}

void ReflectorLoop::wait(Duration until, const std::stop_token& stop) {
    const Duration left = until - clock_.sinceBoot();
    if (left.count() <= 0) return;
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, left, [] { return false; });
}

void ReflectorLoop::report(bool heard) {
    const kube::ListWatch::Statistics& now = machine_.statistics();
    if (now.failures > loggedFailures_) {
        log_.warning("following a kind was interrupted", {{"kind", kind_}, {"error", now.lastFailure}});
        loggedFailures_ = now.failures;
    }
    if (now.refusals > loggedRefusals_) {
        log_.info("the server streams no lists; they come in pages",
                  {{"kind", kind_}, {"reason", now.lastRefusal}});
        loggedRefusals_ = now.refusals;
    }
    const std::lock_guard lock(mutex_);
    if (heard) health_.lastHeard = clock_.sinceBoot();
    health_.synced = machine_.synced();
    health_.lists = now.lists;
    health_.watches = now.watches;
    health_.failures = now.failures;
    health_.lastFailure = now.lastFailure;
}

ReflectorHealth ReflectorLoop::health() const {
    const std::lock_guard lock(mutex_);
    return health_;
}

}  // namespace serin::cache
