#include "judge/collapse_counts.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "base/text.h"

namespace serin::judge {
namespace {

constexpr double kAboveAll = std::numeric_limits<double>::infinity();

// A client's races may leave a pod's count behind its buckets.
uint64_t predictionsOf(const api::Counts& counts) {
    return std::max(counts.total, std::accumulate(counts.buckets.begin(), counts.buckets.end(), uint64_t{0}));
}

// The place of the bucket, among those of `edges`, that the favourite lies in.
size_t bucketOf(const Favourite& favourite, const std::vector<double>& edges) {
    return static_cast<size_t>(std::ranges::lower_bound(edges, favourite.upper) - edges.begin());
}

uint64_t favouritesOf(const Favourite& favourite, const std::vector<double>& edges,
                      const api::Counts& counts) {
    if (!counts.classes.empty()) {
        const auto found = std::ranges::find(counts.classes, favourite.name);
        const auto at = static_cast<size_t>(found - counts.classes.begin());
        return at < counts.buckets.size() ? counts.buckets[at] : 0;
    }
    if (!isHistogram(counts)) return 0;
    return coarsened({counts.edges, counts.buckets}, edges).buckets[bucketOf(favourite, edges)];
}

uint64_t notNumbersOf(const api::Counts& counts) {
    uint64_t sum = 0;
    for (size_t i = 0; i < counts.classes.size() && i < counts.buckets.size(); ++i) {
        if (namesNoNumber(counts.classes[i])) sum += counts.buckets[i];
    }
    if (!counts.classes.empty() || !isHistogram(counts)) return sum;
    return predictionsOf(counts) - std::accumulate(counts.buckets.begin(), counts.buckets.end(), uint64_t{0});
}

template <typename Events>
EventTick tickOf(const std::vector<PodCounts>& canaryPods, const std::vector<PodCounts>& stablePods,
                 Events events) {
    EventTick out;
    for (const PodCounts& pod : canaryPods) {
        if (!pod.warm) continue;
        out.table.canary += predictionsOf(*pod.counts);
        out.table.canaryBad += events(*pod.counts);
    }
    for (const PodCounts& pod : stablePods) {
        if (!pod.warm) continue;
        const uint64_t all = predictionsOf(*pod.counts);
        const uint64_t bad = events(*pod.counts);
        out.table.stable += all;
        out.table.stableBad += bad;
        out.stablePods.push_back({static_cast<double>(all), static_cast<double>(bad)});
    }
    return out;
}

}  // namespace

bool namesNoNumber(std::string_view className) {
    const std::string name = lowerCase(className);
    return std::ranges::any_of(std::array{"", "nan", "null", "none"},
                               [&](const char* known) { return name == known; });
}

EventTick favouriteTick(const Favourite& favourite, const std::vector<double>& edges,
                        const std::vector<PodCounts>& canaryPods, const std::vector<PodCounts>& stablePods) {
    return tickOf(canaryPods, stablePods,
                  [&](const api::Counts& counts) { return favouritesOf(favourite, edges, counts); });
}

EventTick notNumbersTick(const std::vector<PodCounts>& canaryPods, const std::vector<PodCounts>& stablePods) {
    return tickOf(canaryPods, stablePods, notNumbersOf);
}

uint64_t countOf(const Favourite& favourite, const std::vector<std::string>& classes, const Histogram& arm) {
    if (arm.buckets.empty()) return 0;
    if (classes.empty()) return arm.buckets[bucketOf(favourite, arm.edges)];
    const auto found = std::ranges::lower_bound(classes, favourite.name);
    if (found == classes.end() || *found != favourite.name) return 0;
    return arm.buckets[static_cast<size_t>(found - classes.begin())];
}

Favourite mostFrequent(const std::vector<std::string>& classes, const Histogram& canary) {
    const auto at = static_cast<size_t>(std::ranges::max_element(canary.buckets) - canary.buckets.begin());
    Favourite out;
    out.chosen = true;
    if (!classes.empty()) {
        out.name = classes[at];
    } else {
        out.upper = at < canary.edges.size() ? canary.edges[at] : kAboveAll;
    }
    return out;
}

}  // namespace serin::judge
