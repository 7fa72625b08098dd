#include "runtime/elector.h"

#include <algorithm>
#include <utility>

#include "runtime/thread_name.h"

namespace serin::runtime {

Elector::Elector(kube::Election election, kube::Fence& fence, net::Transport& transport, const Clock& clock,
                 Logger& log, Listeners listeners)
    : election_(std::move(election)),
      fence_(fence),
      transport_(transport),
      clock_(clock),
      log_(log),
      listeners_(std::move(listeners)) {}

void Elector::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Elector::run(const std::stop_token& stop) {
    nameThisThread("elector");
    while (!stop.stop_requested()) {
        const auto next = turn(stop);
        if (!next) return;
        if (*next > clock_.sinceBoot()) pause(*next, stop);
    }
}

std::optional<Duration> Elector::turn(const std::stop_token& stop) {
    const Duration now = clock_.sinceBoot();
    if (election_.lost(now)) {
        fence_.close();
        const std::string& why = election_.lastFailure();
        log_.error("the lease is lost; this process ends",
                   {{"error", why.empty() ? "it was not renewed in time: this process stood still" : why}});
        listeners_.lost();
        return std::nullopt;
    }
    const kube::Election::Step step = election_.next(now, clock_.wall());
    if (!step.request) return step.wakeAt;
    election_.onAnswer(transport_.send(*step.request, stop), clock_.sinceBoot());
    const Duration after = clock_.sinceBoot();
    if (election_.leading(after)) fence_.setUntil(election_.fenceUntil());
    report(after);
    return after;
}

void Elector::report(Duration now) {
    if (election_.leading(now) && !std::exchange(elected_, true)) {
        log_.info("this process leads");
        listeners_.elected();
    } else if (!elected_ && !election_.holder().empty() && election_.holder() != reportedHolder_) {
        reportedHolder_ = election_.holder();
        log_.info("another process leads; this one keeps its caches warm", {{"holder", reportedHolder_}});
    }
    if (election_.lastFailure() != reportedFailure_) {
        reportedFailure_ = election_.lastFailure();
        if (!reportedFailure_.empty())
            log_.warning("the lease could not be written", {{"error", reportedFailure_}});
    }
}

void Elector::pause(Duration until, const std::stop_token& stop) {
    // The clock counts suspended time, the wait does not: look again at least each second.
    const Duration wait = std::clamp(until - clock_.sinceBoot(), Duration{1}, Duration{1000});
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, wait, [] { return false; });
}

void Elector::stop() {
    if (thread_.joinable()) {
        thread_.request_stop();
        thread_.join();
    }
    fence_.close();
    if (const auto request = election_.release(clock_.sinceBoot(), clock_.wall())) {
        const Result<HttpResponse> answer = transport_.send(*request);
        if (answer && answer->status < 300) log_.info("the lease is given away");
    }
}

}  // namespace serin::runtime
