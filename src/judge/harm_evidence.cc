#include "judge/harm_evidence.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "judge/absolute.h"
#include "judge/grids.h"
#include "judge/log_math.h"
#include "judge/start_mixture.h"

namespace serin::judge {
namespace {

// `sums` stays empty, which means `initial` in every place, until there is something to add.
void addScaled(std::vector<double>& sums, const std::vector<double>& increments, double temper,
               double initial) {
    const auto nothing = [](double increment) { return increment == 0; };
    if (sums.empty() && std::all_of(increments.begin(), increments.end(), nothing)) return;
    if (sums.size() != increments.size()) sums.assign(increments.size(), initial);
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += increments[i] / temper;
}

// An interval without requests is none: it would only add its start.
void renew(std::vector<double>& sums, const std::vector<double>& increments, double temper) {
    const auto nothing = [](double increment) { return increment == 0; };
    if (std::all_of(increments.begin(), increments.end(), nothing)) return;
    if (sums.size() != increments.size())
        sums.assign(increments.size(), -std::numeric_limits<double>::infinity());
    for (size_t i = 0; i < sums.size(); ++i) sums[i] = logAddExp(sums[i], 0) + increments[i] / temper;
}

double growthByDifference(const HarmTick& tick, const Past& past) {
    return tick.odds.empty() ? 0 : logHarmByDifference(tick.table, past, tick.difference) / tick.temper;
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
    addScaled(odds, tick.odds, tick.temper, 0);
    addScaled(limit, tick.limit, tick.temper, 0);
    byDifference += growthByDifference(tick, past);
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
    if (opened > kMostSteps) return;
    const double weight = std::log(weightOfStart(starts.size()));
    for (std::vector<double>* grid : {&odds, &limit}) {
        for (double& sum : *grid) sum = logAddExp(sum, weight);
    }
    starts.emplace_back();
}

void HarmMixture::add(const HarmTick& tick) {
    if (detects) return renew(limit, tick.limit, tick.temper);
    if (starts.empty()) starts.emplace_back();
    const double before = std::log(1 - weightOfLaterStarts(starts.size()));
    addScaled(odds, tick.odds, tick.temper, before);
    addScaled(limit, tick.limit, tick.temper, before);
    for (Start& start : starts) {
        start.byDifference += growthByDifference(tick, start.past);
        start.past.add(tick.table);
    }
}

double HarmMixture::mixed(const std::vector<double>& grid) const {
    if (grid.empty()) return 0;
    if (detects) return logMeanExp(grid);
    return logAddExp(logMeanExp(grid), std::log(weightOfLaterStarts(starts.size())));
}

double HarmMixture::evidence(const api::Metric& metric) const {
    std::vector<double> byDifference;
    byDifference.reserve(starts.size());
    for (const Start& start : starts) byDifference.push_back(start.byDifference);
    return combinedHarm(metric, mixed(odds), logMixtureOfStarts(byDifference), mixed(limit));
}

}  // namespace serin::judge
