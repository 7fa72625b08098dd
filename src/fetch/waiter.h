#pragma once

#include <condition_variable>
#include <mutex>

#include "base/time.h"

namespace serin::fetch {

// Where time is spent between two attempts. Safe to call from several threads at once.
class Waiter {
  public:
    virtual ~Waiter() = default;
    // False when nothing is worth waiting for any more: stop() was called, before or meanwhile.
    virtual bool wait(Duration duration) = 0;
    virtual void stop() = 0;
};

class SystemWaiter final : public Waiter {
  public:
    bool wait(Duration duration) override {
        std::unique_lock lock(mutex_);
        return !changed_.wait_for(lock, duration, [this] { return stopped_; });
    }
    void stop() override {
        const std::scoped_lock lock(mutex_);
        stopped_ = true;
        changed_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopped_ = false;
};

}  // namespace serin::fetch
