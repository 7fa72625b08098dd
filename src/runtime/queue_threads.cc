#include "runtime/queue_threads.h"

#include <algorithm>
#include <utility>

#include "runtime/thread_name.h"

namespace serin::runtime {

QueueThreads::QueueThreads(const char* name, size_t most, const Clock& clock, Work work)
    : name_(name), most_(most), work_(std::move(work)), queue_(clock) {}

void QueueThreads::start(size_t wanted) {
    const std::lock_guard lock(mutex_);
    started_ = true;
    add(wanted);
}

void QueueThreads::grow(size_t wanted) {
    const std::lock_guard lock(mutex_);
    if (started_) add(wanted);
}

void QueueThreads::stop() {
    std::vector<std::jthread> ending;
    {
        const std::lock_guard lock(mutex_);
        started_ = false;
        ending.swap(threads_);
    }
    // All at once, for each may be within a request; joined without the mutex.
    for (std::jthread& thread : ending) thread.request_stop();
}

bool QueueThreads::turn(const std::stop_token& stop) {
    const auto key = queue_.poll();
    if (!key) return false;
    work_(*key, stop);
    queue_.done(*key);
    return true;
}

void QueueThreads::add(size_t wanted) {
    wanted = std::min(wanted, most_);
    if (threads_.size() >= wanted) return;
    const NamedWhile name(name_);
    while (threads_.size() < wanted) {
        threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
    }
}

void QueueThreads::run(const std::stop_token& stop) {
    while (const auto key = queue_.take(stop)) {
        work_(*key, stop);
        queue_.done(*key);
    }
}

}  // namespace serin::runtime
