#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"

namespace serin::net::testing {

// A clock that stands still until it is moved.
class ManualClock : public Clock {
  public:
    Timestamp wall() const override { return Timestamp{Duration{now_.load()}}; }
    Duration sinceBoot() const override { return Duration{now_.load()}; }
    void advance(Duration by) { now_ += by.count(); }

  private:
    std::atomic<Duration::rep> now_{1'000'000};
};

// Keeps the messages that were logged.
class MemoryLog : public Logger {
  public:
    void log(LogLevel, std::string_view message, const LogFields& fields) override {
        const std::lock_guard lock(mutex_);
        std::string line(message);
        for (const auto& [key, value] : fields) line += " " + std::string(key) + "=" + value;
        lines_.push_back(line);
    }
    std::vector<std::string> lines() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }

  private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

}  // namespace serin::net::testing
