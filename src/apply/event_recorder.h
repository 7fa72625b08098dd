#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "kube/event_series.h"
#include "net/transport.h"

namespace serin::apply {

// Sends events on a thread of its own. Best effort: nobody waits for it, and when the API server is slow the
// newest events beyond the limit are dropped.
class EventRecorder {
  public:
    // Asked before each request; nothing is sent while it is false.
    using MayWrite = std::function<bool()>;

    // The references outlive it.
    EventRecorder(kube::EventSeries series, net::Transport& transport, MayWrite mayWrite, const Clock& clock,
                  Logger& log, size_t limit = 1000);

    void start();
    // Returns at once. Thread-safe.
    void record(kube::EventInput input);
    // Events that were not sent because there were too many. Thread-safe.
    size_t dropped() const { return refused_ + overdone_; }
    // Ends the thread and waits for it, at most about a second.
    void stop();

  private:
    void run(const std::stop_token& stop);
    void send(const kube::EventSeries::Send& what, const std::stop_token& stop);

    kube::EventSeries series_;
    net::Transport& transport_;
    MayWrite mayWrite_;
    const Clock& clock_;
    Logger& log_;
    size_t limit_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<kube::EventInput> waiting_;
    std::atomic<size_t> refused_{0};   // the queue was full
    std::atomic<size_t> overdone_{0};  // too many of one object
    std::jthread thread_;
};

}  // namespace serin::apply
