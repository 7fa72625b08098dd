#include "runtime/load_watch.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/image_source.h"
#include "api/json_read.h"
#include "api/source_pod.h"
#include "runtime/thread_name.h"

namespace serin::runtime {
namespace {

// Of one revision: which pod is behind is of interest, and hundreds are as far as some.
constexpr int kMostPods = 4;
constexpr size_t kMostBytes = 4096;

// Whether pods of the spec listen where they can be asked.
bool tellProgress(const api::Spec& spec) {
    if (!spec.source || api::isMounted(*spec.source)) return false;
    if (api::isImageSource(*spec.source)) return false;
    const auto pod = nlohmann::json::parse(spec.templateJson, nullptr, false);
    return !api::flagAt(api::objectAt(pod, "spec"), "hostNetwork");
}

// A version of before the spec had a source, whose model is in its image.
bool loadsNothing(const api::Observed& seen, const std::string& revision) {
    const auto set = std::ranges::find(seen.replicaSets, revision, &api::ReplicaSet::revision);
    return set != seen.replicaSets.end() && !set->source;
}

bool hasEverything(const api::FetchProgress& told) {
    return told.of > 0 && told.bytes >= told.of;
}

// One that does not know yet how much there is has come less far than one that does.
bool isBehind(const api::FetchProgress& one, const api::FetchProgress& other) {
    if ((one.of == 0) != (other.of == 0)) return one.of == 0;
    return one.bytes < other.bytes;
}

}  // namespace

std::vector<LoadingPod> loadingPods(const api::Observed& seen) {
    std::vector<LoadingPod> out;
    if (!tellProgress(seen.object.spec)) return out;
    for (const auto& [revision, version] : seen.split.versions) {
        if (loadsNothing(seen, revision)) continue;
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
            ask(*key, stop);
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
    if (pods.empty()) {
        entry.loads = api::Loads();
        entry.answers.clear();
    }
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

std::optional<LoadWatch::Answer> LoadWatch::answerOf(const LoadingPod& pod,
                                                     const std::vector<Answer>& before) {
    const auto page = parts_.fetcher.get(pod.address, api::kFetchPort, api::kFetchPath, kPatience, kMostBytes,
                                         nullptr, net::Offer::Text);
    const Duration now = parts_.clock.sinceBoot();
    if (page && page->status == 200) {
        if (const auto told = api::readFetchPage(page->body)) return Answer{pod, *told, now};
    }
    const auto last = std::ranges::find(before, pod, &Answer::pod);
    if (last == before.end() || hasEverything(last->told)) return std::nullopt;
    return now - last->at < kRemembered ? std::optional(*last) : std::nullopt;
}

void LoadWatch::ask(const std::string& key, const std::stop_token& stop) {
    std::vector<LoadingPod> pods;
    std::vector<Answer> before;
    {
        const std::lock_guard lock(mutex_);
        const auto place = entries_.find(key);
        if (place == entries_.end()) return;
        pods = place->second.pods;
        before = place->second.answers;
    }
    api::Loads loads;
    std::vector<Answer> answers;
    for (const LoadingPod& pod : pods) {
        if (stop.stop_requested()) return;
        const std::optional<Answer> answer = answerOf(pod, before);
        if (!answer) continue;
        answers.push_back(*answer);
        const auto [place, isFirst] = loads.emplace(pod.revision, answer->told);
        if (!isFirst && isBehind(answer->told, place->second)) place->second = answer->told;
    }
    {
        const std::lock_guard lock(mutex_);
        const auto place = entries_.find(key);
        // Where nobody is wanted any more, that has been answered.
        if (place == entries_.end() || place->second.pods.empty()) return;
        place->second.answers = std::move(answers);
        queue_.addAt(key, parts_.clock.sinceBoot() + kInterval);
        if (std::exchange(place->second.loads, loads) == std::optional(loads)) return;
    }
    parts_.changed(key);
}

}  // namespace serin::runtime
