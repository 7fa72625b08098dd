#include "judge/soak.h"

#include <algorithm>

#include "judge/absolute.h"
#include "judge/standing.h"

namespace serin::judge {
namespace {

// Error rates have a daily rhythm that a rollout of minutes does not show.
constexpr double kLeastMargin = 0.01;

}  // namespace

double soakLimit(const api::Metric& metric, const Past& rollout, double alarm) {
    double limit = upperRate(rollout.stable, rollout.stableBad, alarm / 2) +
                   std::max(kLeastMargin, metric.safeDifference);
    if (metric.max) limit = std::min(limit, *metric.max);
    return limit < 1 ? limit : 0;
}

void startSoak(const api::Analysis& analysis, AttemptMemory& attempt) {
    for (MetricMemory& metric : attempt.metrics) {
        if (metric.definition.kind != api::MetricKind::ErrorRate) continue;
        metric.soakLimit =
            soakLimit(metric.definition, metric.errors.seen, attemptAlarm(analysis, attempt.number));
        metric.errors = {};
    }
    attempt.soaking = true;
    attempt.groupNames.clear();
    attempt.groupsMade = 0;
    for (auto& [key, pod] : attempt.podsSeen) pod.group = ErrorTick::npos;
    // A person who promotes against the evidence has the last word on it.
    attempt.harm = false;
    attempt.harmHeadline.clear();
    attempt.harmMetrics.clear();
    attempt.noDataSince.reset();
    attempt.silentRounds = 0;
    attempt.strata = 0;
}

}  // namespace serin::judge
