#include "judge/soak.h"

#include <algorithm>
#include <map>

#include "judge/absolute.h"
#include "judge/mean_metric.h"
#include "judge/standing.h"

namespace serin::judge {
namespace {

// Error rates have a daily rhythm that a rollout of minutes does not show.
constexpr double kLeastMargin = 0.01;

constexpr Duration kEndless = std::chrono::hours(24 * 30);

// A person who promotes against the evidence has the last word on it.
void forgetHarm(AttemptMemory& attempt) {
    attempt.groupNames.clear();
    attempt.groupsMade = 0;
    for (auto& [key, pod] : attempt.podsSeen) pod.group = kNoGroup;
    attempt.harm = false;
    attempt.harmHeadline.clear();
    attempt.harmMetrics.clear();
    attempt.noDataSince.reset();
    attempt.silentRounds = 0;
    attempt.strata = 0;
}

double limitOf(const api::Metric& metric, double upper) {
    if (metric.isQuery()) return metric.max.value_or(api::kMostBadLooks);  // stable has no looks
    double limit = upper + std::max(kLeastMargin, metric.safeDifference);
    if (metric.max) limit = std::min(limit, *metric.max);
    return limit < 1 ? limit : 0;
}

// During the rollout the versions share the load; before it stable carried all of it, as the new version does
// now.
double upperSlow(const Past& rollout, const std::map<double, StableRecord::Rate>& known, double edge,
                 double error) {
    const auto before = known.find(edge);
    if (before == known.end() || before->second.requests == 0) return 1;
    return std::max(upperRate(rollout.stable, rollout.stableBad, error),
                    upperRate(before->second.requests, before->second.bad, error));
}

// A person promoted it before anything was compared: the evaluation knows the old version too.
double upperBefore(const std::map<double, StableRecord::Rate>& known, double error) {
    const auto rate = known.find(0);
    return rate == known.end() ? 1 : upperRate(rate->second.requests, rate->second.bad, error);
}

}  // namespace

void startSoak(const api::Analysis& analysis, const StableRecord& stable, AttemptMemory& attempt) {
    const double error = attemptAlarm(analysis, attempt.number) / 2;
    for (MetricMemory& metric : attempt.metrics) {
        RateMetric& rate = metric.rate;
        if (metric.definition->isMean()) {
            startMeanSoak(error, metric);
            continue;
        }
        const auto known = stable.metrics.find(metric.definition->name);
        for (size_t i = 0; i < rate.rates.size(); ++i) {
            const Past& seen = rate.rates[i].seen;
            double upper = seen.stable > 0 || known == stable.metrics.end()
                               ? upperRate(seen.stable, seen.stableBad, error)
                               : upperBefore(known->second, error);
            if (i < rate.edges.size()) {
                upper =
                    known == stable.metrics.end() ? 1 : upperSlow(seen, known->second, rate.edges[i], error);
            }
            rate.rates[i].startSoak(limitOf(*metric.definition, upper));
        }
        rate.load = {};
        rate.incomparable.clear();
    }
    attempt.soaking = true;
    forgetHarm(attempt);
}

void startWatch(AttemptMemory& attempt) {
    for (MetricMemory& metric : attempt.metrics) {
        for (RateEvidence& rate : metric.rate.rates) rate.startWatch();
    }
    attempt.watching = true;
    attempt.without.clear();
    forgetHarm(attempt);
}

double watchedLooks(const api::Analysis& analysis) {
    const Duration watched = analysis.watchFor.value_or(kEndless);
    const double looks =
        std::chrono::duration<double>(watched) / std::chrono::duration<double>(analysis.interval);
    return std::max(1.0, looks);
}

}  // namespace serin::judge
