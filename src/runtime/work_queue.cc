#include "runtime/work_queue.h"

#include <algorithm>

namespace serin::runtime {
namespace {

// A wait is cut into pieces, for the clock that counts suspended time is not the one that condition variables
// use.
constexpr Duration kLongestWait = std::chrono::seconds(5);
constexpr int kMostDoublings = 30;

}  // namespace

void WorkQueue::add(const std::string& key) {
    addAt(key, clock_.sinceBoot());
}

void WorkQueue::addAt(const std::string& key, Duration due) {
    {
        const std::lock_guard lock(mutex_);
        addLocked(key, due);
    }
    wake_.notify_one();
}

void WorkQueue::addLocked(const std::string& key, Duration due) {
    Item& item = items_[key];
    due = std::max(due, item.notBefore);
    if (item.due && *item.due <= due) return;
    if (item.due && !item.working) order_.erase({*item.due, key});
    item.due = due;
    if (!item.working) order_.emplace(due, key);
}

void WorkQueue::retry(const std::string& key, Duration cap, Duration atLeast) {
    {
        const std::lock_guard lock(mutex_);
        Item& item = items_[key];
        const int doublings = std::min(item.failures++, kMostDoublings);
        const Duration wait = std::max(atLeast, std::min(cap, kFirstRetry * (int64_t{1} << doublings)));
        const Duration now = clock_.sinceBoot();
        item.notBefore = now + atLeast;
        if (item.due && *item.due < item.notBefore) {
            if (!item.working) order_.erase({*item.due, key});
            item.due.reset();
        }
        addLocked(key, now + wait);
    }
    wake_.notify_one();
}

void WorkQueue::forget(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto place = items_.find(key);
    if (place == items_.end()) return;
    place->second.failures = 0;
    dropIfIdle(place);
}

void WorkQueue::dropIfIdle(std::map<std::string, Item>::iterator place) {
    const Item& item = place->second;
    if (!item.due && !item.working && item.failures == 0) items_.erase(place);
}

std::optional<std::string> WorkQueue::pollLocked() {
    if (order_.empty() || order_.begin()->first > clock_.sinceBoot()) return std::nullopt;
    std::string key = order_.begin()->second;
    order_.erase(order_.begin());
    Item& item = items_[key];
    item.due.reset();
    item.working = true;
    return key;
}

std::optional<std::string> WorkQueue::poll() {
    const std::lock_guard lock(mutex_);
    return pollLocked();
}

std::optional<std::string> WorkQueue::take(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        if (auto key = pollLocked()) return key;
        const auto first = [this] { return order_.empty() ? Duration::max() : order_.begin()->first; };
        const Duration before = first();
        const Duration wait = std::clamp(before - clock_.sinceBoot(), Duration{1}, kLongestWait);
        wake_.wait_for(lock, stop, wait, [&] { return first() != before; });
    }
    return std::nullopt;
}

void WorkQueue::done(const std::string& key) {
    {
        const std::lock_guard lock(mutex_);
        const auto place = items_.find(key);
        if (place == items_.end()) return;
        place->second.working = false;
        if (place->second.due) order_.emplace(*place->second.due, key);
        dropIfIdle(place);
    }
    wake_.notify_one();
}

size_t WorkQueue::depth() const {
    const std::lock_guard lock(mutex_);
    const Duration now = clock_.sinceBoot();
    size_t due = 0;
    for (auto place = order_.begin(); place != order_.end() && place->first <= now; ++place) ++due;
    return due;
}

std::optional<Duration> WorkQueue::nextDue() const {
    const std::lock_guard lock(mutex_);
    return order_.empty() ? std::nullopt : std::optional(order_.begin()->first);
}

}  // namespace serin::runtime
