#include "judge/pod_deal.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "judge/memory.h"

namespace serin::judge {
namespace {

constexpr uint64_t kGolden = 0x9E3779B97F4A7C15ULL;

uint64_t mixed(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

}  // namespace

uint64_t nthSeed(uint64_t seed, uint64_t n) {
    return mixed(seed + (n + 1) * kGolden);
}

uint64_t PodDeal::lotOf(const api::PodSample& pod) const {
    return nthSeed(seed_, podKey(pod.pod));
}

api::Stratum PodDeal::dealt(const api::Stratum& recorded) const {
    api::Stratum out = recorded;
    out.looks.clear();
    std::vector<std::pair<uint64_t, api::PodSample>> pods;
    pods.reserve(out.stable.size() + out.canary.size());
    for (auto* arm : {&out.stable, &out.canary}) {
        for (api::PodSample& pod : *arm) {
            const uint64_t lot = lotOf(pod);
            pods.emplace_back(lot, std::move(pod));
        }
        arm->clear();
    }
    std::sort(pods.begin(), pods.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [lot, pod] : pods) {
        (out.canary.size() < recorded.canary.size() ? out.canary : out.stable).push_back(std::move(pod));
    }
    return out;
}

uint64_t PodDeal::fingerprint(const api::Stratum& recorded) const {
    std::vector<std::pair<uint64_t, uint64_t>> pods;  // lot and key
    for (const auto* arm : {&recorded.stable, &recorded.canary}) {
        for (const api::PodSample& pod : *arm) pods.emplace_back(lotOf(pod), podKey(pod.pod));
    }
    std::sort(pods.begin(), pods.end());
    uint64_t out = 0;  // whatever their order
    for (size_t i = 0; i < recorded.canary.size(); ++i) out += mixed(pods[i].second);
    return mixed(out);
}

}  // namespace serin::judge
