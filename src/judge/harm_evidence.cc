#include "judge/harm_evidence.h"

#include <algorithm>
#include <cmath>

#include "judge/absolute.h"
#include "judge/grids.h"
#include "judge/log_math.h"
#include "judge/start_mixture.h"

namespace serin::judge {
namespace {

void addScaled(std::vector<double>& sums, const std::vector<double>& increments, double temper) {
    if (sums.size() != increments.size()) sums.assign(increments.size(), 0);
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += increments[i] / temper;
}

template <typename Part>
double mixed(const std::vector<HarmEvidence>& starts, Part part) {
    std::vector<double> logs;
    logs.reserve(starts.size());
    for (const HarmEvidence& start : starts) logs.push_back(part(start));
    return logMixtureOfStarts(logs);
}

}  // namespace

HarmTick::HarmTick(const api::Metric& metric, const Table& all, double by)
    : table(all), temper(by), difference(metric.worseDifference) {
    if (metric.worseOddsRatio) {
        odds =
            fnchIncrements(ConditionalTable(all), *metric.worseOddsRatio, harmOdds(*metric.worseOddsRatio));
    }
    if (metric.max) {
        limit = limitIncrements(static_cast<double>(all.canary), static_cast<double>(all.canaryBad),
                                *metric.max, limitHarmOdds());
    }
}

void HarmEvidence::add(const HarmTick& tick) {
    addScaled(odds, tick.odds, tick.temper);
    addScaled(limit, tick.limit, tick.temper);
    if (!tick.odds.empty())
        byDifference += logHarmByDifference(tick.table, past, tick.difference) / tick.temper;
    past.add(tick.table);
}

double HarmEvidence::logOdds() const {
    return logMeanExp(odds);
}
double HarmEvidence::logLimit() const {
    return logMeanExp(limit);
}

double combinedHarm(const api::Metric& metric, double logOdds, double logDifference, double logLimit) {
    const double relative = std::min(logOdds, logDifference);
    if (!metric.max) return relative;
    if (!metric.worseOddsRatio) return logLimit;
    return logAddExp(relative, logLimit) - std::log(2.0);
}

double combinedHarm(const api::Metric& metric, const HarmEvidence& evidence) {
    return combinedHarm(metric, evidence.logOdds(), evidence.byDifference, evidence.logLimit());
}

void HarmMixture::open() {
    if (starts.empty()) starts.emplace_back();
    ++opened;
    if (opened <= kMostSteps) starts.emplace_back();
}

void HarmMixture::add(const HarmTick& tick) {
    if (starts.empty()) starts.emplace_back();
    for (HarmEvidence& start : starts) start.add(tick);
}

double HarmMixture::evidence(const api::Metric& metric) const {
    return combinedHarm(metric, mixed(starts, [](const HarmEvidence& e) { return e.logOdds(); }),
                        mixed(starts, [](const HarmEvidence& e) { return e.byDifference; }),
                        mixed(starts, [](const HarmEvidence& e) { return e.logLimit(); }));
}

}  // namespace serin::judge
