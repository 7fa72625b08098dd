#include "runtime/source_watch.h"

#include <algorithm>
#include <utility>

namespace serin::runtime {

SourceWatch::SourceWatch(Parts parts)
    : parts_(std::move(parts)),
      threads_("source", kMostThreads, parts_.clock,
               [this](const std::string& key, const std::stop_token& stop) { look(key, stop); }) {}

void SourceWatch::start() {
    const std::lock_guard lock(mutex_);
    threads_.start(entries_.size());
}

void SourceWatch::want(const std::string& key, const api::ModelDeployment& object) {
    const std::optional<SourceQuestion> question = questionOf(object);
    // What a spec that cannot be accepted wants is not known, and its source may be wanted again.
    if (!question && !object.spec.problems.empty()) return;
    if (!question) return forget(key);
    const std::lock_guard lock(mutex_);
    auto place = entries_.find(key);
    // An object of the same name that was made anew is another one.
    if (place != entries_.end() && place->second.uid != object.meta.uid) {
        entries_.erase(place);
        place = entries_.end();
    }
    if (place == entries_.end()) {
        place =
            entries_
                .emplace(key, Entry{object.meta.uid, object.meta.ns, SourceSchedule(parts_.random), {}, {}})
                .first;
    }
    Entry& entry = place->second;
    const bool another =
        entry.schedule.want(*question, isOpen(*question, object.status), parts_.clock.sinceBoot());
    if (another) entry.wholeAt.reset();
    if (entry.look && entry.look->written != question->written) entry.look.reset();
    if (const auto due = entry.schedule.due(); due && another) threads_.queue().addAt(key, *due);
    threads_.grow(entries_.size());
}

void SourceWatch::forget(const std::string& key) {
    const std::lock_guard lock(mutex_);
    entries_.erase(key);
}

void SourceWatch::hint(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto place = entries_.find(key);
    if (place == entries_.end()) return;
    place->second.schedule.hint(parts_.clock.sinceBoot());
    if (const auto due = place->second.schedule.due()) threads_.queue().addAt(key, *due);
}

std::optional<api::SourceLook> SourceWatch::newest(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto place = entries_.find(key);
    return place == entries_.end() ? std::nullopt : place->second.look;
}

std::optional<SourceWatch::Task> SourceWatch::begin(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto place = entries_.find(key);
    if (place == entries_.end() || !place->second.schedule.due()) return std::nullopt;
    const Duration due = *place->second.schedule.due();
    if (due > parts_.clock.sinceBoot()) {
        threads_.queue().addAt(key, due);
        return std::nullopt;
    }
    Entry& entry = place->second;
    entry.schedule.began();
    Task out{entry.space, entry.schedule.question(), {}};
    const bool whole = !entry.wholeAt || parts_.clock.sinceBoot() - *entry.wholeAt >= kWholeLooks;
    if (!whole && entry.look && entry.look->model) out.known = entry.look->model;
    return out;
}

void SourceWatch::look(const std::string& key, const std::stop_token& stop) {
    const std::optional<Task> task = begin(key);
    if (!task) return;
    const SourceAnswer answer = parts_.resolve(task->space, task->question.source, task->known, stop);
    if (stop.stop_requested()) return;
    if (!answer.model) {
        parts_.log.info("a source could not be looked up",
                        {{"object", key}, {"reason", answer.reason}, {"error", answer.message}});
    }
    if (end(key, *task, answer)) parts_.ended(key);
}

bool SourceWatch::end(const std::string& key, const Task& task, const SourceAnswer& answer) {
    const SourceQuestion& question = task.question;
    const std::lock_guard lock(mutex_);
    const auto place = entries_.find(key);
    // Something else is asked meanwhile, and its look is in the queue.
    if (place == entries_.end() || !(place->second.schedule.question() == question)) return false;
    Entry& entry = place->second;
    entry.schedule.ended(answer.model.has_value(), parts_.clock.sinceBoot());
    if (const auto due = entry.schedule.due()) threads_.queue().addAt(key, *due);
    if (answer.model && !task.known) entry.wholeAt = parts_.clock.sinceBoot();
    entry.look =
        api::SourceLook{question.written, question.refresh, answer.model, answer.reason, answer.message};
    return true;
}

}  // namespace serin::runtime
