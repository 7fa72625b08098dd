#include "judge/safe_evidence.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "judge/absolute.h"
#include "judge/grids.h"
#include "judge/log_math.h"

namespace serin::judge {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

void addTo(std::vector<double>& sums, const std::vector<double>& increments) {
    if (sums.size() != increments.size()) sums.assign(increments.size(), 0);
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += increments[i];
}

double waiting(double missing, double growth) {
    if (missing <= 0) return 0;
    return growth > 0 ? missing / growth : kNever;
}

// Expected growth of ln E per canary request when both arms err at `rate`.
double growthByDifference(double rate, double stablePerCanary, double difference) {
    const double ps = nearestStableRate(1, stablePerCanary, rate, rate, difference);
    return bernoulliDivergence(rate, ps + difference) + stablePerCanary * bernoulliDivergence(rate, ps);
}
double growthByOdds(double rate, double stablePerCanary, double r1) {
    // Given a bad request, it is the canary's with this probability, under equal rates and at the limit. The
    // good ones are as telling where they are the rare ones.
    const double share = 1 / (1 + stablePerCanary);
    const double atLimit = share * r1 / (share * r1 + 1 - share);
    return rate * (1 - rate) * (1 + stablePerCanary) * bernoulliDivergence(share, atLimit);
}

double relativeWait(const api::Metric& metric, double rate, double stablePerCanary, double goal,
                    double logOdds, double logDifference) {
    const double target = goal + std::log(2.0);  // each answer has half of the mixture
    const double grid = std::log(static_cast<double>(safeOdds(metric.safeOddsRatio).size()));
    return std::min(
        waiting(target - logDifference, growthByDifference(rate, stablePerCanary, metric.safeDifference)),
        waiting(target + grid - logOdds, growthByOdds(rate, stablePerCanary, metric.safeOddsRatio)));
}

double limitWait(double limit, double rate, double goal, double logLimit) {
    if (rate >= limit) return kNever;
    // The nearest alternative of the grid decides how fast evidence grows.
    double growth = 0;
    for (const double odds : limitSafeOdds()) {
        const double alternative = odds * limit / (1 - limit + odds * limit);
        if (alternative <= 0 && rate > 1e-6) continue;
        growth = std::max(growth, bernoulliDivergence(rate, limit) -
                                      (alternative > 0 ? bernoulliDivergence(rate, alternative) : 0));
    }
    const double grid = std::log(static_cast<double>(limitSafeOdds().size()));
    return waiting(goal + (logLimit == 0 ? grid : 0) - logLimit, growth);
}

bool comparesWithStable(const api::Metric& metric) {
    return metric.worseOddsRatio || !metric.max;
}

double finite(double requests) {
    return std::isfinite(requests) && requests < 1e15 ? std::ceil(requests) : 0;
}

}  // namespace

void SafeEvidence::add(const api::Metric& metric, const Table& warm) {
    if (warm.canary == 0) return;
    addTo(odds, fnchIncrements(ConditionalTable(warm), metric.safeOddsRatio, safeOdds(metric.safeOddsRatio)));
    byDifference += logSafeByDifference(warm, past.pooledRate(), metric.safeDifference);
    if (metric.max) {
        addTo(limit, limitIncrements(static_cast<double>(warm.canary), static_cast<double>(warm.canaryBad),
                                     *metric.max, limitSafeOdds()));
    }
    past.add(warm);
}

double SafeEvidence::evidence(const api::Metric& metric) const {
    double out = std::numeric_limits<double>::infinity();
    if (comparesWithStable(metric)) {
        out = logAddExp(logMeanExp(odds), byDifference) - std::log(2.0);
    }
    if (metric.max) out = std::min(out, logMeanExp(limit));
    return out;
}

double requestsToSafe(const api::Metric& metric, const SafeEvidence& evidence, double missedHarm) {
    const Past& past = evidence.past;
    const double goal = -std::log(missedHarm);
    if (past.canary <= 0 || evidence.evidence(metric) >= goal) return 0;
    double wait = 0;
    if (comparesWithStable(metric) && past.stable > 0) {
        // Of the odds grid the point "as good as stable" is the one that will carry the evidence.
        const double equal = evidence.odds.empty() ? 0 : evidence.odds.front();
        wait = relativeWait(metric, past.pooledRate(), past.stable / past.canary, goal, equal,
                            evidence.byDifference);
    }
    if (metric.max) {
        wait = std::max(wait, limitWait(*metric.max, past.pooledRate(), goal, logMeanExp(evidence.limit)));
    }
    return finite(wait);
}

double requestsToSafe(const api::Metric& metric, double rate, double stablePerCanary, double missedHarm) {
    const double goal = -std::log(missedHarm);
    double wait = 0;
    if (comparesWithStable(metric)) wait = relativeWait(metric, rate, stablePerCanary, goal, 0, 0);
    if (metric.max) wait = std::max(wait, limitWait(*metric.max, rate, goal, 0));
    return finite(wait);
}

}  // namespace serin::judge
