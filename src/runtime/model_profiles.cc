#include "runtime/model_profiles.h"

#include <algorithm>
#include <utility>

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

ModelProfiles::ModelProfiles(Parts parts)
    : parts_(std::move(parts)),
      threads_("profile", kMostThreads, parts_.clock,
               [this](const std::string& key, const std::stop_token& stop) { readAll(key, stop); }) {}

void ModelProfiles::start() {
    const std::lock_guard lock(mutex_);
    threads_.start(wants_.size());
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
    if (news) threads_.queue().add(key);
    threads_.grow(wants_.size());
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
        if (entry.due) threads_.queue().addAt(key, *entry.due);
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
