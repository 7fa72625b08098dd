#include "runtime/model_profiles.h"

#include <algorithm>
#include <utility>

#include "runtime/thread_name.h"

namespace serin::runtime {
namespace {

// A failure after a long quiet is still one of the same series.
kube::Backoff::Options waits() {
    kube::Backoff::Options out;
    out.base = ModelProfiles::kFirstRetry;
    out.cap = ModelProfiles::kLongestRetry;
    out.quiet = std::chrono::hours(24);
    return out;
}

}  // namespace

ModelProfiles::ModelProfiles(Parts parts) : parts_(std::move(parts)), queue_(parts_.clock) {}

void ModelProfiles::stop() {
    std::vector<std::jthread> ending;
    {
        const std::lock_guard lock(mutex_);
        started_ = false;
        ending.swap(threads_);
    }
    // All at once, for each may be within a request; joined without the mutex, which they need.
    for (std::jthread& thread : ending) thread.request_stop();
}

void ModelProfiles::start() {
    const std::lock_guard lock(mutex_);
    started_ = true;
    addThreads();
}

void ModelProfiles::addThreads() {
    const size_t wanted = std::min(wants_.size(), kMostThreads);
    if (!started_ || threads_.size() >= wanted) return;
    const NamedWhile name("profile");
    while (threads_.size() < wanted) {
        threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
    }
}

void ModelProfiles::run(const std::stop_token& stop) {
    while (const auto key = queue_.take(stop)) {
        readAll(*key, stop);
        queue_.done(*key);
    }
}

bool ModelProfiles::turn(const std::stop_token& stop) {
    const auto key = queue_.poll();
    if (!key) return false;
    readAll(*key, stop);
    queue_.done(*key);
    return true;
}

ModelProfiles::Entry ModelProfiles::made(const ModelProfile& profile) const {
    return {profile, kube::Backoff(waits(), parts_.random), parts_.clock.sinceBoot(), nullptr};
}

void ModelProfiles::want(const std::string& key, const std::string& space,
                         const std::vector<ModelProfile>& wanted) {
    const std::lock_guard lock(mutex_);
    if (wanted.empty()) {
        wants_.erase(key);
        return;
    }
    Wants& wants = wants_[key];
    wants.space = space;
    std::list<Entry> kept;
    bool news = false;
    for (const ModelProfile& profile : wanted) {
        const auto known = std::ranges::find_if(
            wants.entries, [&](const Entry& entry) { return sameFile(entry.profile, profile); });
        const bool same = known != wants.entries.end() && known->profile == profile;
        // What opens the store was changed by somebody who wants it to be tried.
        const bool good = known != wants.entries.end() && known->reading && known->reading->final;
        if (same || good) {
            known->profile = profile;
            kept.splice(kept.end(), wants.entries, known);
        } else {
            kept.push_back(made(profile));
            news = true;
        }
    }
    wants.entries = std::move(kept);
    if (news) queue_.add(key);
    addThreads();
}

std::shared_ptr<const ModelProfileReading> ModelProfiles::newest(const std::string& key,
                                                                 const ModelProfile& profile) const {
    const std::lock_guard lock(mutex_);
    const auto wants = wants_.find(key);
    if (wants == wants_.end()) return nullptr;
    const auto entry = std::ranges::find_if(
        wants->second.entries, [&](const Entry& known) { return sameFile(known.profile, profile); });
    return entry == wants->second.entries.end() ? nullptr : entry->reading;
}

std::optional<ModelProfile> ModelProfiles::begin(const std::string& key, std::string& space) {
    const std::lock_guard lock(mutex_);
    const auto wants = wants_.find(key);
    if (wants == wants_.end()) return std::nullopt;
    space = wants->second.space;
    const Duration now = parts_.clock.sinceBoot();
    for (Entry& entry : wants->second.entries) {
        if (!entry.due || *entry.due > now) continue;
        entry.due.reset();
        return entry.profile;
    }
    for (const Entry& entry : wants->second.entries) {
        if (entry.due) queue_.addAt(key, *entry.due);
    }
    return std::nullopt;
}

void ModelProfiles::readAll(const std::string& key, const std::stop_token& stop) {
    std::string space;
    while (const auto profile = begin(key, space)) {
        ModelProfileReading reading = parts_.read(space, *profile, stop);
        if (stop.stop_requested()) return;
        if (!reading.reference.profile) {
            parts_.log.info("a profile of a model could not be read",
                            {{"object", key}, {"error", reading.reference.trouble}});
        }
        end(key, *profile, std::move(reading));
        parts_.ended(key);
    }
}

void ModelProfiles::end(const std::string& key, const ModelProfile& profile, ModelProfileReading reading) {
    const std::lock_guard lock(mutex_);
    const auto wants = wants_.find(key);
    if (wants == wants_.end()) return;
    const auto entry = std::ranges::find(wants->second.entries, profile, &Entry::profile);
    // Something else is wanted meanwhile, and is due itself.
    if (entry == wants->second.entries.end()) return;
    entry->due.reset();
    if (!reading.final) {
        const Duration now = parts_.clock.sinceBoot();
        entry->due = now + entry->backoff.next(now);
    }
    // The same words again are no news: whoever holds them need not compare.
    if (!entry->reading || *entry->reading != reading) {
        entry->reading = std::make_shared<const ModelProfileReading>(std::move(reading));
    }
}

}  // namespace serin::runtime
