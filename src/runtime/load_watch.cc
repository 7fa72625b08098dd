#include "runtime/load_watch.h"

#include <algorithm>
#include <utility>

#include "runtime/thread_name.h"

namespace serin::runtime {
namespace {

// Of one revision: which pod is behind is of interest, and hundreds are as far as some.
constexpr int kMostPods = 4;
constexpr size_t kMostBytes = 4096;

}  // namespace

std::vector<LoadingPod> loadingPods(const api::Observed& seen) {
    std::vector<LoadingPod> out;
    const auto& source = seen.object.spec.source;
    if (!source || source->reference.store == api::StoreKind::VolumeClaim) return out;
    for (const auto& [revision, version] : seen.split.versions) {
        int count = 0;
        for (const api::Endpoint& endpoint : version.endpoints) {
            if (endpoint.ready || endpoint.address.empty() || count == kMostPods) continue;
            out.push_back({revision, endpoint.address});
            ++count;
        }
    }
    return out;
}

void LoadWatch::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) {
        nameThisThread("loads");
        while (const auto key = queue_.take(stop)) {
            ask(*key);
            queue_.done(*key);
        }
    });
}

void LoadWatch::stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

bool LoadWatch::turn() {
    const auto key = queue_.poll();
    if (!key) return false;
    ask(*key);
    queue_.done(*key);
    return true;
}

void LoadWatch::want(const std::string& key, std::vector<LoadingPod> pods) {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[key];
    if (pods.empty()) entry.loads = api::Loads();
    const bool begins = entry.pods.empty() && !pods.empty();
    entry.pods = std::move(pods);
    if (begins) queue_.addAt(key, parts_.clock.sinceBoot() + kFirst);
}

void LoadWatch::forget(const std::string& key) {
    const std::lock_guard lock(mutex_);
    entries_.erase(key);
}

std::optional<api::Loads> LoadWatch::newest(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto place = entries_.find(key);
    return place == entries_.end() ? std::nullopt : place->second.loads;
}

void LoadWatch::ask(const std::string& key) {
    std::vector<LoadingPod> pods;
    {
        const std::lock_guard lock(mutex_);
        const auto place = entries_.find(key);
        if (place != entries_.end()) pods = place->second.pods;
    }
    api::Loads loads;
    for (const LoadingPod& pod : pods) {
        const auto page = parts_.fetcher.get(pod.address, api::kFetchPort, api::kFetchPath, kPatience,
                                             kMostBytes, nullptr, net::Offer::Text);
        if (!page || page->status != 200) continue;
        const std::optional<api::FetchProgress> told = api::readFetchPage(page->body);
        if (!told) continue;
        const auto [place, isFirst] = loads.emplace(pod.revision, *told);
        if (!isFirst && told->bytes < place->second.bytes) place->second = *told;
    }
    {
        const std::lock_guard lock(mutex_);
        const auto place = entries_.find(key);
        // Where nobody is wanted any more, that has been answered.
        if (place == entries_.end() || place->second.pods.empty()) return;
        queue_.addAt(key, parts_.clock.sinceBoot() + kInterval);
        if (std::exchange(place->second.loads, loads) == std::optional(loads)) return;
    }
    parts_.changed(key);
}

}  // namespace serin::runtime
