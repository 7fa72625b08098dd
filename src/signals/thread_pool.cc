#include "signals/thread_pool.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace serin::signals {

ThreadPool::ThreadPool(size_t maxThreads) : maxThreads_(maxThreads) {}

ThreadPool::~ThreadPool() {
    std::deque<Task> dropped;
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
        dropped.swap(waiting_);
    }
    wake_.notify_all();
    for (Task& task : dropped) task(Turn::Dropped);
    threads_.clear();
}

void ThreadPool::submit(Task task) {
    std::unique_lock lock(mutex_);
    if (stopping_) {
        lock.unlock();
        return task(Turn::Dropped);
    }
    if (maxThreads_ == 0) {
        lock.unlock();
        return task(Turn::Run);
    }
    if (idle_ <= waiting_.size() && threads_.size() < maxThreads_) {
        try {
            threads_.emplace_back([this] { work(); });
        } catch (const std::system_error&) {
            // The machine has no thread left: those that run take the task, or the caller does.
            if (threads_.empty()) {
                lock.unlock();
                return task(Turn::Run);
            }
        }
    }
    waiting_.push_back(std::move(task));
    lock.unlock();
    wake_.notify_one();
}

void ThreadPool::work() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (waiting_.empty()) {
            ++idle_;
            wake_.wait(lock);
            --idle_;
            continue;
        }
        Task task = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        task(Turn::Run);
        task = nullptr;
        lock.lock();
    }
}

}  // namespace serin::signals
