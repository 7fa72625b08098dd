#include "judge/feasibility.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "judge/grids.h"
#include "judge/log_math.h"
#include "judge/messages.h"
#include "judge/safe_evidence.h"

namespace serin::judge {
namespace {

double rateOf(const StableRecord& stable, const std::string& metric) {
    const auto found = stable.metrics.find(metric);
    if (found == stable.metrics.end()) return 0.001 / 0.5;
    return (found->second.bad + 0.001) / (found->second.requests + 0.5);
}

// Errors of both versions needed to find a canary that errs `ratio` times as much, with equal traffic
// (statistics: planning formula), turned into seconds.
double secondsToFind(double ratio, double rate, double requestsPerSecond, const api::Analysis& analysis,
                     const api::Metric& metric) {
    const double r0 = metric.worseOddsRatio.value_or(1);
    double weights = 1;
    for (const api::Metric& other : analysis.metrics) weights += other.guard() ? other.weight : 0;
    const double grid = std::log(static_cast<double>(harmOdds(r0).size()));
    const double errors = (std::log(weights / (analysis.falseAlarm * metric.weight)) + grid) /
                          bernoulliDivergence(ratio / (ratio + 1), r0 / (r0 + 1));
    return errors / (rate * (ratio + 1) / 2) / requestsPerSecond;
}

}  // namespace

std::string feasibilityWarning(const api::Analysis& analysis, const StableRecord& stable) {
    if (stable.strata < 2 || stable.seconds <= 0) return "";
    const double perSecond = static_cast<double>(stable.requests) / stable.seconds;
    const double deadline = std::chrono::duration<double>(analysis.deadline).count();
    const api::Metric* slowest = nullptr;
    double needed = 0;
    for (const api::Metric& metric : analysis.metrics) {
        if (metric.kind != api::MetricKind::ErrorRate) continue;
        const double requests = requestsToSafe(metric, rateOf(stable, metric.name), 1, analysis.missedHarm);
        if (slowest == nullptr || requests > needed) {
            slowest = &metric;
            needed = requests;
        }
    }
    if (slowest == nullptr) return "";
    if (stable.requests == 0) {
        return cat("InsufficientTraffic: the stable version answered no requests in ",
                   humanSeconds(stable.seconds), ", ", slowest->name,
                   " cannot become safe without any; the rollout will wait for traffic");
    }
    const double wait = needed / (perSecond / 2);
    if (wait <= deadline) return "";
    std::string out = cat("InsufficientTraffic: ", humanNumber(perSecond),
                          " requests/s, half of them for the canary at best; the ", humanNumber(needed),
                          " or so canary requests that call ", slowest->name, " safe take ",
                          humanSeconds(wait), " > deadline ", formatDuration(analysis.deadline),
                          "; send more traffic, or raise safeWithin.difference or the deadline");
    const double rate = rateOf(stable, slowest->name);
    if (stable.metrics.contains(slowest->name) && stable.metrics.at(slowest->name).bad > 0) {
        out += cat(" (twice as many errors are found in about ",
                   humanSeconds(secondsToFind(2, rate, perSecond, analysis, *slowest)), ", five times in ",
                   humanSeconds(secondsToFind(5, rate, perSecond, analysis, *slowest)), ")");
    }
    return out;
}

}  // namespace serin::judge
