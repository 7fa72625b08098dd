#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "base/time.h"

namespace serin::simulation {

// What happens when, in order of time; things of the same moment in the order in which they were said.
class Timeline {
  public:
    static constexpr Timestamp kStart{std::chrono::hours(24 * 365 * 50)};

    Timestamp now() const { return now_; }
    void at(Timestamp when, std::function<void()> what) {
        queue_.push_back({when < now_ ? now_ : when, ++said_, std::move(what)});
        std::push_heap(queue_.begin(), queue_.end());
    }
    void after(Duration wait, std::function<void()> what) { at(now_ + wait, std::move(what)); }
    bool empty() const { return queue_.empty(); }
    Timestamp nextAt() const { return queue_.front().when; }
    // Lets the next thing happen. Precondition: not empty.
    void step() {
        std::pop_heap(queue_.begin(), queue_.end());
        const Entry next = std::move(queue_.back());
        queue_.pop_back();
        now_ = next.when;
        next.what();
    }
    // Lets time pass without anything happening. Precondition: nothing is due before `when`.
    void pass(Timestamp when) {
        if (when > now_) now_ = when;
    }

  private:
    struct Entry {
        Timestamp when;
        uint64_t order;
        std::function<void()> what;
        bool operator<(const Entry& other) const {
            return when != other.when ? when > other.when : order > other.order;
        }
    };
    Timestamp now_ = kStart;
    uint64_t said_ = 0;
    std::vector<Entry> queue_;  // a heap
};

}  // namespace serin::simulation
