#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace serin::signals {

// Threads that are started when work waits and none is idle, up to a limit, and kept. Safe to use from
// several threads at once.
class ThreadPool {
  public:
    // A task learns whether it is run or only told that it never will be, for the pool is stopping.
    enum class Turn { Run, Dropped };
    using Task = std::function<void(Turn)>;

    // 0: no threads at all, each task is run at once by who submits it.
    explicit ThreadPool(size_t maxThreads);
    // Drops the tasks that wait (each is told so) and waits for those under way.
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    // Tasks begin in this order. They must not throw.
    void submit(Task task);

  private:
    void work();

    const size_t maxThreads_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Task> waiting_;
    size_t idle_ = 0;
    bool stopping_ = false;
    std::vector<std::jthread> threads_;
};

}  // namespace serin::signals
