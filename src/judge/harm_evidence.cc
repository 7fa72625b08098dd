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

bool saysNothing(const std::vector<double>& increments) {
    return std::ranges::all_of(increments, [](double increment) { return increment == 0; });
}

// `sums` stays empty, which means `initial` in every place, until there is something to add.
void addScaled(std::vector<double>& sums, const std::vector<double>& increments, double temper,
               double initial) {
    if (sums.empty() && saysNothing(increments)) return;
    if (sums.size() != increments.size()) sums.assign(increments.size(), initial);
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += increments[i] / temper;
}

void addStart(std::vector<double>& sums, double logWeight) {
    for (double& sum : sums) sum = logAddExp(sum, logWeight);
}

// An interval without requests is none: it would only add its start.
void renew(std::vector<double>& sums, const std::vector<double>& increments, double temper) {
    if (saysNothing(increments)) return;
    if (sums.size() != increments.size())
        sums.assign(increments.size(), -std::numeric_limits<double>::infinity());
    addStart(sums, 0);
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += increments[i] / temper;
}

double growthByDifference(const HarmTick& tick, const Past& past) {
    return tick.odds.empty() ? 0 : logHarmByDifference(tick.table, past, tick.difference) / tick.temper;
}

bool looksWorse(const HarmTick& tick, const Past& past) {
    const bool thanStable = !tick.odds.empty() && past.canaryRate() > past.stableRate() + tick.difference;
    return thanStable || (tick.max && past.canaryRate() > *tick.max);
}

}  // namespace

HarmTick::HarmTick(const api::Metric& metric, const Table& all, double by)
    : table(all), temper(by), difference(metric.worseDifference), max(metric.max) {
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
    const double weight = std::log(weightOfStart(starts.size()) / 2);
    addStart(odds, weight);
    addStart(limit, weight);
    starts.reserve(starts.size() + 1);  // no room for more: they are few, and of many rates and pods
    starts.emplace_back();
}

double HarmMixture::weightLeft() const {
    return (weightOfLaterStarts(starts.size()) + weightOfLaterStrata(spread.made)) / 2;
}

void HarmMixture::add(const HarmTick& tick) {
    if (detects) return renew(limit, tick.limit, tick.temper);
    if (starts.empty()) starts.emplace_back();
    if (tick.table.canary > 0) addSpread(tick);
    const double before = std::log(1 - weightLeft());
    addScaled(odds, tick.odds, tick.temper, before);
    addScaled(limit, tick.limit, tick.temper, before);
    for (Start& start : starts) {
        start.byDifference += growthByDifference(tick, start.past);
        start.past.add(tick.table);
    }
}

// Makes the start before this stratum, and the bets of all of them.
void HarmMixture::addSpread(const HarmTick& tick) {
    const double weight = std::log(weightOfStratum(spread.made));
    ++spread.made;
    addStart(odds, weight - std::log(2.0));
    addStart(limit, weight - std::log(2.0));
    const double growth = growthByDifference(tick, spread.past);
    if (spread.byDifference) {
        spread.byDifference = logAddExp(*spread.byDifference, weight) + growth;
    } else if (growth != 0) {
        spread.byDifference = std::log(1 - weightOfLaterStrata(spread.made)) + growth;
    }
    spread.past.add(tick.table);
    if (!looksWorse(tick, spread.past)) spread.past = {};
}

double HarmMixture::mixed(const std::vector<double>& grid) const {
    if (grid.empty()) return 0;
    if (detects) return logMeanExp(grid);
    return logAddExp(logMeanExp(grid), std::log(weightLeft()));
}

double HarmMixture::logDifference() const {
    std::vector<double> ofStarts;
    ofStarts.reserve(starts.size());
    for (const Start& start : starts) ofStarts.push_back(start.byDifference);
    const double ofSpread =
        spread.byDifference ? logAddExp(*spread.byDifference, std::log(weightOfLaterStrata(spread.made))) : 0;
    return logMeanExp({logMixtureOfStarts(ofStarts), ofSpread});
}

double HarmMixture::evidence(const api::Metric& metric) const {
    return combinedHarm(metric, logOdds(), logDifference(), logLimit());
}

}  // namespace serin::judge
