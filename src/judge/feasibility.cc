#include "judge/feasibility.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "judge/grids.h"
#include "judge/log_math.h"
#include "judge/mean_metric.h"
#include "judge/messages.h"
#include "judge/safe_evidence.h"

namespace serin::judge {
namespace {

// What needs the longest to become safe.
struct Slowest {
    const api::Metric* metric = nullptr;
    std::optional<double> edge;  // of a latency
    StableRecord::Rate seen;
    double requests = 0;   // or events of a share
    double perSecond = 0;  // of the stable version

    double rate() const { return (seen.bad + 0.001) / (seen.requests + 0.5); }
    // Half of them for the canary at best; infinite without any.
    double seconds() const { return requests / (perSecond / 2); }
    std::string what() const {
        return metric->kind == api::MetricKind::Share ? cat("events of ", metric->name) : "requests";
    }
    // What there is twice as much of when the rate doubles.
    std::string badOnes() const {
        if (metric->kind == api::MetricKind::Share) return cat("bad ones of ", metric->name);
        if (!edge) return "errors";
        return cat("requests of more than ", humanNumber(*edge * metric->unitSeconds), " s");
    }
};

Slowest slowestOf(const api::Analysis& analysis, const StableRecord& stable) {
    Slowest out;
    const auto requests = static_cast<double>(stable.requests);
    const auto consider = [&](const api::Metric& metric, std::optional<double> edge,
                              const StableRecord::Rate& seen) {
        const bool share = metric.kind == api::MetricKind::Share;
        Slowest next{&metric, edge, seen, 0, (share ? seen.requests : requests) / stable.seconds};
        next.requests = requestsToSafe(metric, next.rate(), 1, analysis.missedHarm);
        if (out.metric == nullptr || next.seconds() > out.seconds()) out = next;
    };
    for (const api::Metric& metric : analysis.metrics) {
        if (!metric.isRate() || metric.isQuery() || !metric.guard()) continue;  // traffic makes no looks
        const auto found = stable.metrics.find(metric.name);
        if (found == stable.metrics.end() || found->second.empty()) {
            consider(metric, std::nullopt, {});
            continue;
        }
        const bool latency = metric.kind == api::MetricKind::Latency;
        for (const auto& [edge, seen] : found->second) {
            consider(metric, latency ? std::optional(edge) : std::nullopt, seen);
        }
    }
    return out;
}

// Bad requests of both versions needed to find a canary that has `ratio` times as many, with equal traffic
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

// Blocks of a mean take their time whatever the traffic, as long as there is any.
std::string meanWarning(const api::Analysis& analysis, const api::Metric& metric,
                        const StableRecord& stable) {
    const auto found = stable.metrics.find(metric.name);
    const bool observed =
        found != stable.metrics.end() && !found->second.empty() && found->second.begin()->second.requests > 0;
    if (metric.worseChange && !observed) {
        return cat("InsufficientTraffic: the stable version had no observations of ", metric.mean.count,
                   " in ", humanSeconds(stable.seconds), ", ", metric.name,
                   " cannot become safe without any; the rollout will wait for traffic");
    }
    const double seconds = meanSecondsToSafe(analysis, metric);
    if (seconds <= std::chrono::duration<double>(analysis.deadline).count()) return "";
    const double block = blockSeconds(analysis.interval);
    return cat("InsufficientTraffic: ", metric.name, " is judged by blocks of six intervals, ",
               humanSeconds(block), " each; the ", humanNumber(std::ceil(seconds / block)),
               " or so that call it safe take ", humanSeconds(seconds), " > deadline ",
               formatDuration(analysis.deadline), "; shorten the interval, or raise the deadline");
}

std::string rateWarning(const api::Analysis& analysis, const StableRecord& stable) {
    const double deadline = std::chrono::duration<double>(analysis.deadline).count();
    const Slowest slowest = slowestOf(analysis, stable);
    if (slowest.metric == nullptr) return "";
    const std::string& name = slowest.metric->name;
    if (slowest.perSecond == 0) {
        return cat("InsufficientTraffic: the stable version ",
                   slowest.metric->kind == api::MetricKind::Share ? "had no " : "answered no ",
                   slowest.what(), " in ", humanSeconds(stable.seconds), ", ", name,
                   " cannot become safe without any; the rollout will wait for traffic");
    }
    if (slowest.seconds() <= deadline) return "";
    std::string out = cat("InsufficientTraffic: ", humanNumber(slowest.perSecond), " ", slowest.what(),
                          "/s, half of them for the canary at best; the ", humanNumber(slowest.requests),
                          " or so of the canary that call ", name, " safe take ",
                          humanSeconds(slowest.seconds()), " > deadline ", formatDuration(analysis.deadline),
                          "; send more traffic, or raise safeWithin.difference or the deadline");
    // Of a rate that is no exception five times as much is none either.
    if (slowest.seen.bad > 0 && slowest.rate() < 0.1) {
        const auto find = [&](double ratio) {
            return humanSeconds(
                secondsToFind(ratio, slowest.rate(), slowest.perSecond, analysis, *slowest.metric));
        };
        out += cat(" (twice as many ", slowest.badOnes(), " are found in about ", find(2), ", five times in ",
                   find(5), ")");
    }
    return out;
}

}  // namespace

std::string feasibilityWarning(const api::Analysis& analysis, const StableRecord& stable) {
    if (stable.strata < 2 || stable.seconds <= 0) return "";
    std::string out = rateWarning(analysis, stable);
    for (const api::Metric& metric : analysis.metrics) {
        if (out.empty() && metric.isMean() && metric.guard()) out = meanWarning(analysis, metric, stable);
    }
    return out;
}

}  // namespace serin::judge
