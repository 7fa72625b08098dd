#include "judge/mean_blocks.h"

#include <algorithm>
#include <cmath>

namespace serin::judge {
namespace {

// Means of single intervals follow each other too closely to count as so many values; of the default 10 s
// these are the minutes with which the coverage was simulated (statistics 2.1f).
constexpr int kIntervalsInBlock = 6;

}  // namespace

double blockSeconds(Duration interval) {
    return kIntervalsInBlock * std::chrono::duration<double>(interval).count();
}

bool makesBlock(double seconds, Duration interval) {
    return seconds >= 0.95 * blockSeconds(interval);
}

Observed observedBy(const std::vector<PodCounts>& pods) {
    Observed out;
    for (const PodCounts& pod : pods) {
        if (!pod.warm) continue;
        out.anyWarm = true;
        out.count += static_cast<double>(pod.counts->total);
        out.sum += pod.counts->sum;
    }
    return out;
}

std::optional<double> OpenBlock::add(const Observed& interval, double lasted, Duration length) {
    if (!interval.anyWarm) return std::nullopt;
    seconds += lasted;
    count += interval.count;
    sum += interval.sum;
    if (!makesBlock(seconds, length)) return std::nullopt;
    const std::optional<double> mean = count > 0 ? std::optional(sum / count) : std::nullopt;
    *this = {};
    return mean;
}

api::NumberLimits limitsByRecord(const api::Metric& metric, const Moments& stable, double error) {
    if (stable.count < kLeastBlocks) return {};
    const double margin = std::max(metric.safeChange * std::abs(stable.mean), stable.deviation());
    const double away = meanRadius(stable, kMeanRho, error) + margin;
    if (!metric.mean.lowerIsWorse) return {std::nullopt, stable.mean + away};
    // What is observed is not negative.
    return stable.mean - away > 0 ? api::NumberLimits{stable.mean - away, std::nullopt} : api::NumberLimits();
}

api::NumberLimits stricter(const api::NumberLimits& a, const api::NumberLimits& b) {
    const auto both = [](const std::optional<double>& x, const std::optional<double>& y, auto choose) {
        return x && y ? std::optional(choose(*x, *y)) : x ? x : y;
    };
    return {both(a.min, b.min, [](double x, double y) { return std::max(x, y); }),
            both(a.max, b.max, [](double x, double y) { return std::min(x, y); })};
}

}  // namespace serin::judge
