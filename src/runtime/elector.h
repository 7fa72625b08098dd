#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "kube/election.h"
#include "kube/fence.h"
#include "net/transport.h"

namespace serin::runtime {

// Runs an Election on a thread of its own, over a transport that nothing else uses, and keeps the fence.
class Elector {
  public:
    struct Listeners {
        std::function<void()> elected;  // once; on the elector's thread
        std::function<void()> lost;     // once; the process must end
    };

    // The references outlive it.
    Elector(kube::Election election, kube::Fence& fence, net::Transport& transport, const Clock& clock,
            Logger& log, Listeners listeners);

    // Calls turn() on a thread of its own until the lease is lost or stop().
    void start();
    // One request, or none. Returns when to call again (Clock::sinceBoot); nothing once the lease is lost.
    std::optional<Duration> turn(const std::stop_token& stop);
    // Ends the thread and, if the Lease is ours, gives it away. Call it when all who write have stopped.
    void stop();

  private:
    void run(const std::stop_token& stop);
    void pause(Duration until, const std::stop_token& stop);
    void report(Duration now);

    kube::Election election_;
    kube::Fence& fence_;
    net::Transport& transport_;
    const Clock& clock_;
    Logger& log_;
    Listeners listeners_;
    bool elected_ = false;
    std::string reportedHolder_;
    std::string reportedFailure_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;
};

}  // namespace serin::runtime
