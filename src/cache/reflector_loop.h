#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "cache/sink.h"
#include "kube/list_watch.h"
#include "net/transport.h"

namespace serin::cache {

// How a reflector is doing, for health, logs and metrics.
struct ReflectorHealth {
    bool synced = false;    // a list was completed
    Duration lastHeard{0};  // Clock::sinceBoot of the last answer, event or bookmark; lag = now - lastHeard
    int lists = 0;
    int watches = 0;  // restarts = watches - 1
    int failures = 0;
    std::string lastFailure;
};

// Drives a ListWatch over a Transport into a Sink until stopped. All references outlive it.
class ReflectorLoop {
  public:
    ReflectorLoop(kube::ListWatch machine, net::Transport& transport, Sink& sink, const Clock& clock,
                  Logger& log, std::string kind);

    // Blocks; returns soon after a stop request.
    void run(const std::stop_token& stop);
    // Any thread.
    ReflectorHealth health() const;

  private:
    void list(const HttpRequest& request, const std::stop_token& stop);
    void watch(const HttpRequest& request, const std::stop_token& stop);
    void wait(Duration until, const std::stop_token& stop);
    // After each step: publishes health, and logs a new failure.
    void report(bool heard);

    kube::ListWatch machine_;
    net::Transport& transport_;
    Sink& sink_;
    const Clock& clock_;
    Logger& log_;
    std::string kind_;
    int loggedFailures_ = 0;
    int loggedRefusals_ = 0;
    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    ReflectorHealth health_;
};

}  // namespace serin::cache
