#include "runtime/registry_reporter.h"

#include <algorithm>
#include <utility>

namespace serin::runtime {
namespace {

// A failure after a long quiet is still one of the same series.
kube::Backoff::Options waits() {
    kube::Backoff::Options out;
    out.base = RegistryReporter::kFirstRetry;
    out.cap = RegistryReporter::kLongestRetry;
    out.quiet = std::chrono::hours(24);
    return out;
}

}  // namespace

RegistryReporter::RegistryReporter(Parts parts)
    : parts_(std::move(parts)),
      threads_("report", kMostThreads, parts_.clock,
               [this](const std::string& key, const std::stop_token& stop) { tell(key, stop); }) {}

void RegistryReporter::start() {
    const std::lock_guard lock(mutex_);
    threads_.start(entries_.size());
}

void RegistryReporter::setDue(const std::string& key, Entry& entry, Duration due) {
    entry.due = due;
    threads_.queue().addAt(key, due);
}

void RegistryReporter::want(const std::string& key, const api::ModelDeployment& object,
                            const std::optional<api::RegistryOrder>& order) {
    if (!order || !object.spec.source) return forget(key);
    const std::lock_guard lock(mutex_);
    const auto place = entries_.find(key);
    const bool same = place != entries_.end() && place->second.uid == object.meta.uid &&
                      place->second.task.order.news == order->news &&
                      place->second.task.source == *object.spec.source;
    if (same) return;
    const Entry entry{object.meta.uid,
                      {object.meta.ns, *object.spec.source, *order},
                      kube::Backoff(waits(), parts_.random),
                      {},
                      {}};
    Entry& now = entries_.insert_or_assign(key, entry).first->second;
    setDue(key, now, parts_.clock.sinceBoot());
    threads_.grow(entries_.size());
}

void RegistryReporter::forget(const std::string& key) {
    const std::lock_guard lock(mutex_);
    entries_.erase(key);
}

std::optional<api::RegistryAnswer> RegistryReporter::newest(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto place = entries_.find(key);
    return place == entries_.end() ? std::nullopt : place->second.answer;
}

std::optional<RegistryReporter::Task> RegistryReporter::begin(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto place = entries_.find(key);
    if (place == entries_.end() || !place->second.due) return std::nullopt;
    const Duration now = parts_.clock.sinceBoot();
    if (*place->second.due > now) {
        threads_.queue().addAt(key, *place->second.due);
        return std::nullopt;
    }
    if (!parts_.mayTell()) {
        setDue(key, place->second, now + kFirstRetry);
        return std::nullopt;
    }
    return place->second.task;
}

void RegistryReporter::tell(const std::string& key, const std::stop_token& stop) {
    const std::optional<Task> task = begin(key);
    if (!task) return;
    const Telling telling = parts_.tell(task->space, task->source, task->order, stop);
    if (stop.stop_requested()) return;
    if (!telling.problem.empty()) {
        parts_.log.warning("a registry was not told", {{"object", key}, {"error", telling.problem}});
    }
    if (end(key, *task, telling)) parts_.ended(key);
}

bool RegistryReporter::end(const std::string& key, const Task& task, const Telling& telling) {
    const std::lock_guard lock(mutex_);
    const auto place = entries_.find(key);
    // Something else is to be told meanwhile, and is in the queue.
    if (place == entries_.end() || place->second.task.order.news != task.order.news ||
        place->second.task.source != task.source) {
        return false;
    }
    Entry& entry = place->second;
    const Duration now = parts_.clock.sinceBoot();
    entry.due.reset();
    if (telling.next == Telling::Next::Soon) setDue(key, entry, now + entry.backoff.next(now));
    if (telling.next == Telling::Next::Later) setDue(key, entry, now + kLongestRetry);
    entry.answer =
        api::RegistryAnswer{task.order.news, telling.problem, telling.next == Telling::Next::Nothing};
    return true;
}

}  // namespace serin::runtime
