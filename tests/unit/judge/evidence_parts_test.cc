#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "judge/dispersion.h"
#include "judge/harm_evidence.h"
#include "judge/log_math.h"
#include "judge/odds_profile.h"
#include "judge/pods_metric.h"
#include "judge/start_mixture.h"

namespace serin::judge {
namespace {

TEST(StartMixture, WeighsTheAttemptByHalfAndLaterStepsLess) {
    EXPECT_NEAR(logMixtureOfStarts({}), 0, 1e-15);
    EXPECT_NEAR(logMixtureOfStarts({std::log(9.0)}), std::log(.5 * 9 + .5), 1e-14);
    EXPECT_NEAR(logMixtureOfStarts({std::log(9.0), std::log(5.0)}), std::log(.5 * 9 + .25 * 5 + .25), 1e-14);
    EXPECT_NEAR(logMixtureOfStarts({0, std::log(5.0), std::log(3.0)}),
                std::log(.5 + .25 * 5 + .125 * 3 + .125), 1e-14);
}

TEST(StartMixture, WeighsEveryStratumAndAllOfThemByOneAtMost) {
    double made = 0;
    for (uint64_t i = 0; i < 10000; ++i) {
        EXPECT_GT(weightOfStratum(i), weightOfStratum(i + 1)) << i;
        made += weightOfStratum(i);
        ASSERT_NEAR(made + weightOfLaterStrata(i + 1), 1, 1e-12) << i;
    }
    EXPECT_EQ(weightOfLaterStrata(0), 1);
    EXPECT_EQ(weightOfLaterStrata(3), .5);
    EXPECT_LT(weightOfStratum(60), 6 * weightOfStratum(180)) << "or later starts would not be heard of";
}

TEST(Dispersion, StartsAtOneAndAHalfAndLearnsFromStablePods) {
    Dispersion dispersion;
    EXPECT_EQ(dispersion.factor(1), 1);
    EXPECT_EQ(dispersion.factor(2), 1.5);
    dispersion.add({{100, 0}, {100, 10}});  // Pearson: 2·25/(5·0.95), one degree of freedom
    EXPECT_NEAR(dispersion.factor(2), (15 + 50 / 4.75) / 11, 1e-12);
    EXPECT_NEAR(dispersion.factor(1), (15 + 50 / 4.75) / 11, 1e-12);
}

TEST(Dispersion, IgnoresIntervalsThatSayNothing) {
    Dispersion dispersion;
    dispersion.add({{100, 5}});
    dispersion.add({{100, 5}, {0, 0}});
    dispersion.add({{100, 0}, {100, 0}});
    dispersion.add({{10, 10}, {10, 10}});
    EXPECT_EQ(dispersion, Dispersion{});
}

TEST(Dispersion, NeverSharpensTheEvidence) {
    Dispersion dispersion;
    for (int i = 0; i < 1000; ++i) dispersion.add({{100, 5}, {100, 5}});
    EXPECT_EQ(dispersion.factor(2), 1);
}

TEST(OddsProfile, CoversTheRatioThatTheDataShow) {
    OddsProfile profile;
    for (int i = 0; i < 20; ++i) profile.add(ConditionalTable({1000, 40, 3000, 40}), 1);  // odds ratio 3.08
    const OddsProfile::Bounds bounds = profile.bounds(.01);
    EXPECT_GT(bounds.low, 2);
    EXPECT_LT(bounds.low, 3.08);
    EXPECT_GT(bounds.high, 3.08);
    EXPECT_LT(bounds.high, 4.5);
}

TEST(OddsProfile, KnowsNothingWithoutErrors) {
    OddsProfile profile;
    EXPECT_EQ(profile.bounds(.01).low, 0);
    EXPECT_EQ(profile.bounds(.01).high, std::numeric_limits<double>::infinity());
    profile.add(ConditionalTable({1000, 0, 3000, 0}), 1);
    EXPECT_EQ(profile.bounds(.01).low, 0);
    EXPECT_EQ(profile.bounds(.01).high, std::numeric_limits<double>::infinity());
}

TEST(CombinedHarm, AsksForBothAFactorAndADifference) {
    api::Metric metric;
    metric.worseOddsRatio = 1.2;
    EXPECT_EQ(combinedHarm(metric, 9, 2, 0), 2);
    EXPECT_EQ(combinedHarm(metric, 1, 7, 0), 1);
    metric.max = .05;
    EXPECT_NEAR(combinedHarm(metric, 9, 2, std::log(5.0)), std::log((std::exp(2.0) + 5) / 2), 1e-14);
    metric.worseOddsRatio.reset();
    EXPECT_EQ(combinedHarm(metric, 0, 0, 3), 3);
}

TEST(HarmEvidence, IsTemperedIntervalByInterval) {
    api::Metric metric;
    metric.worseOddsRatio = 1.2;
    const Table table{300, 6, 2700, 12};
    HarmEvidence plain, tempered;
    plain.add(HarmTick(metric, table, 1));
    tempered.add(HarmTick(metric, table, 2));
    for (size_t i = 0; i < plain.odds.size(); ++i) EXPECT_NEAR(tempered.odds[i], plain.odds[i] / 2, 1e-14);
    EXPECT_NEAR(plain.logOdds(), 1.862235768, 1e-8);
}

// The starts before every stratum written out: each one's evidence by itself, and the bets on a difference
// that they share.
struct EveryStart {
    std::vector<HarmEvidence> starts;
    std::vector<double> byDifference;
    Past past;

    void add(const api::Metric& metric, const HarmTick& tick) {
        starts.emplace_back();
        byDifference.push_back(0);
        for (HarmEvidence& start : starts) start.add(tick);
        for (double& log : byDifference) {
            log += logHarmByDifference(tick.table, past, metric.worseDifference) / tick.temper;
        }
        past.add(tick.table);
        const bool worse =
            past.canaryRate() > past.stableRate() + metric.worseDifference || past.canaryRate() > *metric.max;
        if (!worse) past = {};
    }
    // ln of the mixture of `logs`, one a stratum.
    static double mixture(const std::vector<double>& logs) {
        std::vector<double> weighted{std::log(weightOfLaterStrata(logs.size()))};
        for (size_t i = 0; i < logs.size(); ++i) weighted.push_back(std::log(weightOfStratum(i)) + logs[i]);
        return logSumExp(weighted);
    }
};

TEST(HarmMixture, IsTheMixtureOfWhatEachStartSaw) {
    api::Metric metric;
    metric.worseOddsRatio = 1.2;
    metric.max = .05;
    const std::vector<Table> tables{{300, 6, 2700, 12}, {300, 1, 2700, 14}, {300, 40, 2700, 11},
                                    {200, 0, 900, 0},   {100, 9, 2000, 7},  {300, 5, 2700, 12}};
    const std::vector<size_t> steps{0, 2, 5};  // a step starts before these tables
    HarmMixture mixture;
    std::vector<HarmEvidence> starts(1);
    EveryStart every;
    for (size_t i = 0; i < tables.size(); ++i) {
        if (std::find(steps.begin(), steps.end(), i) != steps.end()) {
            mixture.open();
            starts.emplace_back();
        }
        const HarmTick tick(metric, tables[i], 1.3);
        mixture.add(tick);
        for (HarmEvidence& start : starts) start.add(tick);
        every.add(metric, tick);
    }
    const auto both = [&](double (*value)(const HarmEvidence&)) {
        std::vector<double> ofSteps, ofStrata;
        for (const HarmEvidence& start : starts) ofSteps.push_back(value(start));
        for (const HarmEvidence& start : every.starts) ofStrata.push_back(value(start));
        return logMeanExp({logMixtureOfStarts(ofSteps), EveryStart::mixture(ofStrata)});
    };
    EXPECT_NEAR(mixture.logOdds(), both([](const HarmEvidence& start) { return start.logOdds(); }), 1e-12);
    EXPECT_NEAR(mixture.logLimit(), both([](const HarmEvidence& start) { return start.logLimit(); }), 1e-12);
    std::vector<double> difference;
    for (const HarmEvidence& start : starts) difference.push_back(start.byDifference);
    ASSERT_GT(logMixtureOfStarts(difference), 1);
    ASSERT_GT(EveryStart::mixture(every.byDifference), 1);
    EXPECT_NEAR(mixture.logDifference(),
                logMeanExp({logMixtureOfStarts(difference), EveryStart::mixture(every.byDifference)}), 1e-12);
    EXPECT_EQ(mixture.evidence(metric),
              combinedHarm(metric, mixture.logOdds(), mixture.logDifference(), mixture.logLimit()));
}

// Harm that begins after `good` strata is found after this many.
int strataUntilHarm(uint64_t bad, int good) {
    api::Metric metric;
    metric.worseOddsRatio = 1.2;
    HarmMixture mixture;
    mixture.open();
    for (int i = 0; i < good; ++i) mixture.add(HarmTick(metric, {600, 3, 5400, 27}, 1));
    int strata = 0;
    for (; mixture.evidence(metric) < std::log(200) && strata < 400; ++strata) {
        mixture.add(HarmTick(metric, {600, bad, 5400, 27}, 1));
    }
    return strata;
}

TEST(HarmMixture, WhateverWasGoodBeforeARegressionDelaysItLittle) {
    EXPECT_EQ(strataUntilHarm(15, 0), 2);
    EXPECT_EQ(strataUntilHarm(6, 0), 14);
    for (const int good : {10, 100, 1000}) {
        EXPECT_LE(strataUntilHarm(15, good), 2 + 1) << good;
        EXPECT_LE(strataUntilHarm(6, good), 14 + 20) << good;
    }
}

TEST(HarmMixture, AnIntervalWithoutRequestsOfTheCanaryIsNoStart) {
    api::Metric metric;
    metric.worseOddsRatio = 1.2;
    HarmMixture mixture;
    mixture.add(HarmTick(metric, {300, 6, 2700, 12}, 1));
    const HarmMixture before = mixture;
    mixture.add(HarmTick(metric, {0, 0, 2700, 12}, 1));
    EXPECT_EQ(mixture.spread, before.spread);
    EXPECT_EQ(mixture.odds, before.odds);
    mixture.add(HarmTick(metric, {300, 6, 2700, 12}, 1));
    EXPECT_EQ(mixture.spread.made, 2u);
}

TEST(HarmMixture, StaysEmptyWhereNothingIsToBeSaid) {
    api::Metric metric;
    metric.worseOddsRatio = 1.2;
    HarmMixture mixture;
    mixture.open();
    for (int i = 0; i < 100; ++i) {
        for (const Table& table : {Table{300, 0, 900, 0}, Table{300, 300, 900, 900}}) {
            mixture.add(HarmTick(metric, table, 1));
        }
        if (i == 50) mixture.open();
        EXPECT_EQ(mixture.evidence(metric), 0);
    }
    EXPECT_TRUE(mixture.odds.empty());
    EXPECT_EQ(mixture.spread.byDifference, std::nullopt);
}

TEST(PodsEvidence, SecondsWithoutReadinessCountByWholeIntervals) {
    PodsEvidence pods;
    PodsTick tick;
    tick.canarySeconds = 10;
    tick.stableSeconds = 30;
    tick.canary[static_cast<size_t>(Trouble::NotReady)] = 6;
    pods.add(tick, 10);
    EXPECT_EQ(pods.troubles[1].canary, 0);
    pods.add(tick, 10);
    EXPECT_EQ(pods.troubles[1].canary, 1);
    EXPECT_NEAR(pods.canaryRest, 2, 1e-12);
    EXPECT_GT(pods.evidence(), 0);
}

TEST(PodsEvidence, LostScrapesOfTheCanaryCountOnlyWhileStableIsScraped) {
    PodsEvidence pods;
    PodsTick tick;
    tick.canarySeconds = tick.stableSeconds = 10;
    tick.canary[static_cast<size_t>(Trouble::LostScrape)] = 1;
    for (int i = 0; i < 50; ++i) pods.add(tick, 10);
    EXPECT_NEAR(pods.evidence(), 0, 1e-12);
    tick.stableScraped = true;
    for (int i = 0; i < 50; ++i) pods.add(tick, 10);
    EXPECT_GT(pods.evidence(), 10);
}

}  // namespace
}  // namespace serin::judge
