#pragma once

#include <atomic>

#include "base/time.h"

namespace serin::kube {

// Until when (Clock::sinceBoot) this process may write. Set by the elector, asked before each write by
// everyone who writes. Thread-safe.
class Fence {
  public:
    bool open(Duration now) const { return now.count() < until_.load(std::memory_order_acquire); }
    void setUntil(Duration until) { until_.store(until.count(), std::memory_order_release); }
    void close() { until_.store(0, std::memory_order_release); }

  private:
    std::atomic<Duration::rep> until_{0};
};

}  // namespace serin::kube
