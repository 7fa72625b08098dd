#include "judge/record_hours.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "api/profile.h"
#include "base/text.h"
#include "judge/classes.h"
#include "judge/histogram.h"

namespace serin::judge {
namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr hours kDay = days(1);
// With one edge there are two buckets that say little.
constexpr size_t kLeastEdges = 2;
// Hours farther away are of another time of the day.
constexpr int kMostReach = 3;

uint64_t sumOf(const std::vector<uint64_t>& counts) {
    return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

void multiply(std::vector<uint64_t>& counts, double factor) {
    for (uint64_t& count : counts) {
        count = static_cast<uint64_t>(std::llround(static_cast<double>(count) * factor));
    }
}

// Beyond the bound more values say nothing more. Rounding down keeps the sum within it.
void keepWithinBound(std::vector<uint64_t>& counts) {
    const uint64_t total = sumOf(counts);
    if (total <= api::kMostOfAnHour) return;
    const double factor = static_cast<double>(api::kMostOfAnHour) / static_cast<double>(total);
    for (uint64_t& count : counts) {
        count = static_cast<uint64_t>(std::floor(static_cast<double>(count) * factor));
    }
}

// How many hours of the day `then` is from `hour`, whatever the day.
int64_t hoursApart(api::Hour then, api::Hour hour) {
    const int64_t after = std::abs((hour - then).count()) % kDay.count();
    return std::min(after, kDay.count() - after);
}

template <typename Wanted>
std::vector<uint64_t> sumOfHours(const api::FeatureRecord& feature, Wanted wanted) {
    std::vector<uint64_t> out(feature.buckets(), 0);
    for (const auto& [hour, counts] : feature.hours) {
        if (!wanted(hour)) continue;
        for (size_t i = 0; i < out.size(); ++i) out[i] += counts[i];
    }
    return out;
}

Comparable comparableOf(const api::FeatureRecord& feature, std::vector<uint64_t> counts, std::string words) {
    Comparable out;
    out.hours = std::move(words);
    out.counts.edges = feature.edges;
    out.counts.classes = feature.classes;
    out.counts.buckets = std::move(counts);
    out.counts.total = sumOf(out.counts.buckets);
    // A class alone has no share that could move.
    if (out.counts.classes.size() == 1) {
        const bool first = out.counts.classes.front() > api::kOtherClass;
        out.counts.classes.insert(first ? out.counts.classes.begin() : out.counts.classes.end(),
                                  api::kOtherClass);
        out.counts.buckets.insert(first ? out.counts.buckets.begin() : out.counts.buckets.end(), 0);
    }
    return out;
}

}  // namespace

void keepHour(api::FeatureRecord& feature, api::Hour hour, std::vector<uint64_t> counts, hours over) {
    const double weeks = static_cast<double>(over.count()) / static_cast<double>(api::kWeek.count());
    const double kept = std::max(0.0, 1 - 1 / weeks);
    for (api::Hour then = hour - api::kWeek; hour - then <= over; then -= api::kWeek) {
        const auto known = feature.hours.find(then);
        if (known == feature.hours.end()) continue;
        const double passed = static_cast<double>((hour - then) / api::kWeek);
        multiply(known->second, std::pow(kept, passed));
        for (size_t i = 0; i < counts.size(); ++i) counts[i] += known->second[i];
    }
    std::erase_if(feature.hours,
                  [&](const auto& known) { return (hour - known.first) % api::kWeek == hours(0); });
    keepWithinBound(counts);
    feature.hours[hour] = std::move(counts);
}

void forgetHours(api::FeatureRecord& feature, api::Hour hour, hours over) {
    std::erase_if(feature.hours,
                  [&](const auto& known) { return known.first >= hour || hour - known.first > over; });
    feature.since = std::min(feature.since, hour);
}

bool countHistograms(const std::vector<PodCounts>& pods, api::FeatureRecord& feature,
                     std::vector<uint64_t>& open) {
    std::vector<const api::Counts*> counted;
    std::vector<double> edges = feature.edges;
    for (const PodCounts& pod : pods) {
        if (!pod.warm || pod.counts->total == 0 || !isHistogram(*pod.counts)) continue;
        counted.push_back(pod.counts);
        edges = edges.empty() ? pod.counts->edges : sharedEdges(edges, pod.counts->edges);
        if (edges.size() < kLeastEdges) return false;
    }
    if (counted.empty()) return true;
    if (feature.edges.empty()) {
        feature.edges = edges;
        open.assign(edges.size() + 1, 0);
    } else if (edges != feature.edges) {
        for (auto& [hour, counts] : feature.hours) counts = coarsened({feature.edges, counts}, edges).buckets;
        open = coarsened({feature.edges, open}, edges).buckets;
        feature.edges = edges;
    }
    for (const api::Counts* counts : counted) {
        const Histogram next = coarsened({counts->edges, counts->buckets}, edges);
        for (size_t i = 0; i < open.size(); ++i) open[i] += next.buckets[i];
    }
    return true;
}

void countRecordClasses(const std::vector<PodCounts>& pods, api::FeatureRecord& feature,
                        std::vector<uint64_t>& open) {
    std::vector<std::vector<uint64_t>*> others;
    for (auto& [hour, counts] : feature.hours) others.push_back(&counts);
    countClasses(pods, feature.classes, open, others);
}

void forgetClasses(api::FeatureRecord& feature) {
    for (size_t i = feature.classes.size(); i-- > 0;) {
        const bool known =
            std::ranges::any_of(feature.hours, [&](const auto& hour) { return hour.second[i] > 0; });
        if (known) continue;
        const auto at = static_cast<std::ptrdiff_t>(i);
        feature.classes.erase(feature.classes.begin() + at);
        for (auto& [hour, counts] : feature.hours) counts.erase(counts.begin() + at);
    }
}

std::optional<Comparable> comparable(const api::FeatureRecord& feature, api::Hour hour, hours over,
                                     double least) {
    const auto enough = [&](const std::vector<uint64_t>& counts) {
        return static_cast<double>(sumOf(counts)) >= least;
    };
    const std::string ago = cat(" in the last ", std::chrono::floor<days>(over).count(), " days");
    std::vector<uint64_t> sum =
        sumOfHours(feature, [&](api::Hour then) { return (hour - then) % api::kWeek == hours(0); });
    if (enough(sum)) return comparableOf(feature, std::move(sum), cat("the same hour of the week", ago));
    for (int reach = 0; reach <= kMostReach; ++reach) {
        sum = sumOfHours(feature, [&](api::Hour then) { return hoursApart(then, hour) <= reach; });
        if (!enough(sum)) continue;
        const std::string words = reach == 0 ? "the same hour of the day"
                                             : cat("the same time of the day, up to ", reach,
                                                   reach == 1 ? " hour" : " hours", " away,");
        return comparableOf(feature, std::move(sum), words + ago);
    }
    return std::nullopt;
}

}  // namespace serin::judge
