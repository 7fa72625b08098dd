#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "runtime/work_queue.h"

namespace serin::runtime {

// A queue of keys that threads of its own work off, a key on one thread at a time: as many of them as there
// is use for, up to a most. Thread-safe; calls nobody while it holds its mutex, so that its owner may hold
// its own.
class QueueThreads {
  public:
    using Work = std::function<void(const std::string& key, const std::stop_token& stop)>;

    // `name`: of the threads, a literal. `work` is called on several threads at once. The clock outlives it.
    QueueThreads(const char* name, size_t most, const Clock& clock, Work work);
    ~QueueThreads() { stop(); }

    WorkQueue& queue() { return queue_; }
    // Has so many threads from now on.
    void start(size_t wanted);
    // As many as that, where there are fewer; none before start().
    void grow(size_t wanted);
    // Waits for the work under way; no other is begun. Not to be called by a thread of its own, or by who
    // holds a mutex that the work needs.
    void stop();
    // The work of one key that is due, on the calling thread; false when none was.
    bool turn(const std::stop_token& stop);

  private:
    void run(const std::stop_token& stop);
    // With the mutex held.
    void add(size_t wanted);

    const char* name_;
    size_t most_;
    Work work_;
    WorkQueue queue_;
    std::mutex mutex_;
    bool started_ = false;
    std::vector<std::jthread> threads_;
};

}  // namespace serin::runtime
