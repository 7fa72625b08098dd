#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "signals/thread_pool.h"

namespace serin::signals {

// Work for many servers on the threads of one pool, for each server a few pieces at a time: however slow one
// is, it keeps no more threads than these from the others. Safe to use from several threads at once.
class Lanes {
  public:
    // `maxThreads` as for ThreadPool.
    Lanes(size_t maxThreads, size_t mostOfOne) : mostOfOne_(mostOfOne), pool_(maxThreads) {}
    // Drops what waits (each task is told so) and waits for what is under way.
    ~Lanes();
    Lanes(const Lanes&) = delete;
    Lanes& operator=(const Lanes&) = delete;

    // Tasks of one server begin in this order. They must not throw.
    void submit(const std::string& server, ThreadPool::Task task);

  private:
    struct Lane {
        size_t running = 0;
        std::deque<ThreadPool::Task> waiting;
    };

    void run(const std::string& server, ThreadPool::Task task);
    void next(const std::string& server);

    const size_t mostOfOne_;
    std::mutex mutex_;
    std::map<std::string, Lane> lanes_;  // those with something under way
    ThreadPool pool_;                    // last: its threads use the members above
};

}  // namespace serin::signals
