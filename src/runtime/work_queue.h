#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>

#include "base/clock.h"

namespace serin::runtime {

// Keys to look at, each at most once, each at its earliest time; no key is with two workers at once.
// Thread-safe.
class WorkQueue {
  public:
    // Waits of a key that fails: 5 ms, doubled each time, up to the cap.
    static constexpr Duration kFirstRetry{5};
    static constexpr Duration kLongestRetry{std::chrono::seconds(60)};

    // `clock` outlives the queue.
    explicit WorkQueue(const Clock& clock) : clock_(clock) {}

    void add(const std::string& key);
    // `due` is of Clock::sinceBoot. An earlier time that is already set stays.
    void addAt(const std::string& key, Duration due);
    // The key failed: it comes again after a wait that grows with each failure since forget(). At least
    // `atLeast`, and whatever is added meanwhile does not come sooner than that.
    void retry(const std::string& key, Duration cap = kLongestRetry, Duration atLeast = Duration{0});
    // The key went well: its next failure begins with the shortest wait.
    void forget(const std::string& key);

    // The next key that is due, or nothing when none is. done() must follow.
    std::optional<std::string> poll();
    // Waits for one; nothing only after a stop request.
    std::optional<std::string> take(const std::stop_token& stop);
    // What was added meanwhile comes again.
    void done(const std::string& key);

    // Keys that are due and not with a worker.
    size_t depth() const;
    // When the next key is due; nothing when none waits.
    std::optional<Duration> nextDue() const;

  private:
    struct Item {
        std::optional<Duration> due;
        Duration notBefore{0};
        bool working = false;
        int failures = 0;
    };
    std::optional<std::string> pollLocked();
    void addLocked(const std::string& key, Duration due);
    void dropIfIdle(std::map<std::string, Item>::iterator place);

    const Clock& clock_;
    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    std::map<std::string, Item> items_;
    std::set<std::pair<Duration, std::string>> order_;  // of items with a due time that no worker has
};

}  // namespace serin::runtime
