#include "apply/event_recorder.h"

#include <utility>

#include "kube/status.h"

namespace serin::apply {
namespace {

constexpr auto kTick = std::chrono::minutes(1);
constexpr int kTries = 3;
constexpr Duration kBetweenTries = std::chrono::seconds(1);

}  // namespace

EventRecorder::EventRecorder(kube::EventSeries series, net::Transport& transport, MayWrite mayWrite,
                             const Clock& clock, Logger& log, size_t limit)
    : series_(std::move(series)),
      transport_(transport),
      mayWrite_(std::move(mayWrite)),
      clock_(clock),
      log_(log),
      limit_(limit) {}

void EventRecorder::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void EventRecorder::stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

void EventRecorder::record(kube::EventInput input) {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= limit_) {
            ++refused_;
            return;
        }
        waiting_.push_back(std::move(input));
    }
    wake_.notify_all();
}

void EventRecorder::run(const std::stop_token& stop) {
    Duration tickAt{0};
    while (!stop.stop_requested()) {
        std::deque<kube::EventInput> taken;
        {
            std::unique_lock lock(mutex_);
            wake_.wait_for(lock, stop, kTick, [&] { return !waiting_.empty(); });
            taken.swap(waiting_);
        }
        for (const kube::EventInput& input : taken) {
            if (const auto what = series_.record(input, clock_.wall())) send(*what, stop);
        }
        overdone_ = series_.dropped();
        // It goes through all series, so not after each event.
        if (clock_.sinceBoot() < tickAt) continue;
        for (const auto& what : series_.tick(clock_.wall())) send(what, stop);
        tickAt = clock_.sinceBoot() + kTick;
    }
}

void EventRecorder::send(const kube::EventSeries::Send& what, const std::stop_token& stop) {
    for (int tries = 1; tries <= kTries && !stop.stop_requested() && mayWrite_(); ++tries) {
        const Result<HttpResponse> answer = transport_.send(what.request, stop);
        if (answer) {
            if (const auto anew = series_.onAnswer(what.id, answer->status, clock_.wall())) {
                static_cast<void>(transport_.send(anew->request, stop));
                return;
            }
            const kube::ApiStatus status = kube::parseStatus(*answer);
            if (answer->status < 300 || status.is("AlreadyExists") || status.hasCause("NamespaceTerminating"))
                return;
            if (!status.transient()) {
                log_.warning("an event was refused", {{"error", kube::toError("event", status).message}});
                return;
            }
        }
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, kBetweenTries * tries, [] { return false; });
    }
}

}  // namespace serin::apply
