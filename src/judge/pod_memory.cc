#include "judge/pod_memory.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "judge/strata.h"

namespace serin::judge {
namespace {

constexpr size_t kMostGroups = 16;  // canary pods beyond that share a group
constexpr size_t kMostPods = 128;   // remembered; those not seen now go first

const PodMemory* find(const AttemptMemory& attempt, const std::string& pod) {
    const auto found = attempt.podsSeen.find(podKey(pod));
    return found == attempt.podsSeen.end() ? nullptr : &found->second;
}

void notePod(const api::PodSample& sample, Duration length, const std::vector<api::Metric>& metrics,
             PodMemory& pod) {
    const Duration watched = sample.exposure.count() > 0 ? sample.exposure : length;
    if (sample.notReady < watched) pod.wasReady = true;
    pod.lost = sample.lostScrapes > 0 && !sample.counted;
    if (requestsOf(sample, metrics) > 0) pod.asked = true;
}

void giveGroup(const api::PodSample& sample, PodMemory& pod, AttemptMemory& attempt) {
    if (!pod.asked || pod.group != kNoGroup) return;
    pod.group = attempt.groupsMade++ % kMostGroups;
    if (pod.group == attempt.groupNames.size()) {
        attempt.groupNames.push_back(sample.name);
    } else {
        attempt.groupNames[pod.group] = sample.name;
    }
}

void forgetGone(const api::Stratum& stratum, AttemptMemory& attempt) {
    if (attempt.podsSeen.size() <= kMostPods) return;
    std::set<uint64_t> present;
    for (const api::PodSample& pod : stratum.stable) present.insert(podKey(pod.pod));
    for (const api::PodSample& pod : stratum.canary) present.insert(podKey(pod.pod));
    std::erase_if(attempt.podsSeen, [&](const auto& entry) { return !present.contains(entry.first); });
}

}  // namespace

uint64_t podKey(const std::string& uid) {
    uint64_t hash = 14695981039346656037ULL;
    for (const char c : uid) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return hash >> 16;
}

bool wasReady(const AttemptMemory& attempt, const std::string& pod) {
    const PodMemory* known = find(attempt, pod);
    return known != nullptr && known->wasReady;
}

bool wasLost(const AttemptMemory& attempt, const std::string& pod) {
    const PodMemory* known = find(attempt, pod);
    return known != nullptr && known->lost;
}

bool hasAnswered(const AttemptMemory& attempt, const std::string& pod) {
    const PodMemory* known = find(attempt, pod);
    return known != nullptr && known->asked;
}

size_t groupOf(const AttemptMemory& attempt, const std::string& pod) {
    const PodMemory* known = find(attempt, pod);
    return known == nullptr ? kNoGroup : known->group;
}

api::Stratum withoutLateCounts(const api::Stratum& stratum, const AttemptMemory& attempt) {
    api::Stratum out = stratum;
    for (auto* arm : {&out.stable, &out.canary}) {
        for (api::PodSample& pod : *arm) {
            if (!wasLost(attempt, pod.pod)) continue;
            pod.counted = false;
            pod.counts.clear();
        }
    }
    return out;
}

void notePods(const api::Stratum& stratum, const std::vector<api::Metric>& metrics, AttemptMemory& attempt) {
    const Duration length = stratum.to - stratum.from;
    for (const api::PodSample& sample : stratum.stable) {
        notePod(sample, length, metrics, attempt.podsSeen[podKey(sample.pod)]);
    }
    for (const api::PodSample& sample : stratum.canary) {
        PodMemory& pod = attempt.podsSeen[podKey(sample.pod)];
        notePod(sample, length, metrics, pod);
        giveGroup(sample, pod, attempt);
    }
    forgetGone(stratum, attempt);
}

}  // namespace serin::judge
