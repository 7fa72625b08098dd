// Means against limits in their own unit: a block of six intervals is one event.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "judge/log_math.h"
#include "judge/mean_metric.h"
#include "rig.h"

namespace serin::judge {
namespace {

using api::JudgeMode;
using api::Verdict;
using testing::HasSubstr;
using testing::StartsWith;

constexpr double kGood = 24.5;
constexpr double kBad = 18.25;

api::Analysis guarded(const api::Metric& value = limitedValue({20, std::nullopt})) {
    return analysisOf({errorMetric(), value});
}

// A rollout in which nothing fails and each version's orders have a mean of their own.
class Selling : public Rig {
  public:
    using Rig::Rig;

    void sell(double canary, double stable = kGood, uint64_t orders = 4) {
        const auto arm = [&](const std::string& name, double mean, uint64_t count) {
            return pod(name, {{"errors", requests(100, 0)},
                              {"value", observed(count, static_cast<double>(count) * mean)}});
        };
        std::vector<api::PodSample> old;
        if (!order().afterPromotion()) old = {arm("s1", stable, 8), arm("s2", stable, 8)};
        tick(old, {arm("c1", canary, orders)});
    }
    void block(double canary, double stable = kGood) {
        for (int i = 0; i < 6; ++i) sell(canary, stable);
    }
    void blocks(int count, double canary, double stable = kGood) {
        for (int i = 0; i < count; ++i) block(canary, stable);
    }
    api::MetricVerdict value() const { return metric("value"); }
};

TEST(MeanLimit, AVersionWhoseBlocksAreAllBeyondItIsTakenBackAfterThirteen) {
    Selling rig(guarded());
    EXPECT_EQ(rig.ticksUntilHarm(1000, [&] { rig.sell(kBad); }), 13 * 6);
    EXPECT_EQ(rig.said().headline,
              "mean value of the canary is 18.2 against 24.5 (-25.5 %), below 20 in 13 of 13 blocks");
    EXPECT_EQ(rig.value().verdict, Verdict::Harm);
    EXPECT_EQ(rig.value().canary, kBad);
    EXPECT_EQ(rig.value().stable, kGood);
    EXPECT_EQ(rig.value().samples, 13u * 6 * 4);
}

TEST(MeanLimit, AVersionWhoseBlocksAreAllWithinItIsSafeAfterSix) {
    Selling rig(guarded());
    rig.blocks(5, 20);  // on the limit is within it
    EXPECT_EQ(rig.value().verdict, Verdict::Continue);
    EXPECT_EQ(rig.value().secondsNeeded, 60u);
    EXPECT_EQ(rig.value().samplesNeeded, 24u);
    EXPECT_EQ(
        rig.value().message,
        "mean value of the canary is 20 against 24.5 (-18.4 %), below 20 in none of 5 blocks, about 60 s "
        "more to judge");
    rig.block(20);
    EXPECT_EQ(rig.value().verdict, Verdict::Safe);
    EXPECT_EQ(rig.value().samplesNeeded + rig.value().secondsNeeded, 0u);
    EXPECT_EQ(rig.value().message,
              "mean value of the canary is 20 against 24.5 (-18.4 %), below 20 in none of 6 blocks, safe: in "
              "fewer than half of them");
}

TEST(MeanLimit, AloneComparesWithNothing) {
    Selling worse(guarded());
    worse.blocks(40, 20.5, 100);
    EXPECT_FALSE(worse.said().harm);
    EXPECT_EQ(worse.value().verdict, Verdict::Safe);
    // Nor needs it anything of stable.
    Selling rig(guarded());
    const auto canary = [](double mean) {
        return pod("c1", {{"errors", requests(100, 0)}, {"value", observed(4, 4 * mean)}});
    };
    EXPECT_EQ(rig.ticksUntilHarm(1000,
                                 [&] {
                                     rig.tick({pod("s1", {{"errors", requests(300, 0)}})}, {canary(kBad)});
                                 }),
              13 * 6);
    EXPECT_EQ(rig.said().headline, "mean value of the canary is 18.2, below 20 in 13 of 13 blocks");
}

TEST(MeanLimit, ABlockThatLiesBeyondItEverySecondTimeIsNeitherHarmNorSafe) {
    Selling rig(guarded());
    for (int i = 0; i < 100; ++i) {
        rig.block(i % 2 == 0 ? kBad : kGood);
        ASSERT_FALSE(rig.said().harm) << i;
        ASSERT_NE(rig.value().verdict, Verdict::Safe) << i;
    }
    EXPECT_THAT(rig.value().message, HasSubstr("below 20 in 50 of 100 blocks"));
}

TEST(MeanLimit, IsJudgedByTheMeanOfTheWholeBlock) {
    Selling rig(guarded());
    for (int i = 0; i < 5; ++i) rig.sell(19);
    EXPECT_THAT(rig.value().message, testing::Not(HasSubstr("below")));
    rig.sell(26);  // 20.2 over all
    EXPECT_THAT(rig.value().message, HasSubstr("below 20 in none of 1 block,"));
}

TEST(MeanLimit, SaysOnWhichSideOfWhichLimitsTheBlocksAre) {
    const auto message = [](const api::NumberLimits& limits, double mean) {
        Selling rig(guarded(limitedValue(limits)));
        rig.block(mean);
        return rig.value().message;
    };
    EXPECT_THAT(message({std::nullopt, 10}, 12), HasSubstr(", above 10 in 1 of 1 block"));
    EXPECT_THAT(message({5, 10}, 12), HasSubstr(", outside of 5 to 10 in 1 of 1 block"));
    EXPECT_THAT(message({5, 10}, 4), HasSubstr(", outside of 5 to 10 in 1 of 1 block"));
    EXPECT_THAT(message({5, 10}, 10), HasSubstr(", outside of 5 to 10 in none of 1 block,"));
}

TEST(MeanLimit, ABlockWithoutObservationsIsNone) {
    Selling rig(guarded());
    rig.block(kBad);
    for (int i = 0; i < 600; ++i) rig.sell(0, kGood, 0);
    EXPECT_THAT(rig.value().message, HasSubstr("below 20 in 1 of 1 block"));
    EXPECT_EQ(rig.value().verdict, Verdict::Continue);
    Selling silent(guarded());
    for (int i = 0; i < 600; ++i) silent.sell(0, kGood, 0);
    EXPECT_EQ(silent.value().verdict, Verdict::NoData);
    EXPECT_FALSE(silent.said().safe);
    EXPECT_EQ(silent.value().message, "no observations of value_count from warm canary pods yet");
}

TEST(MeanLimit, WhatColdPodsObserveIsInNoBlock) {
    Selling rig(guarded());
    api::PodSample cold = pod("c1", {{"errors", requests(100, 0)}, {"value", observed(4, 4 * kBad)}});
    cold.warm = false;
    for (int i = 0; i < 200; ++i) rig.tick({pod("s1", {{"errors", requests(300, 0)}})}, {cold});
    EXPECT_FALSE(rig.said().harm);
    EXPECT_EQ(rig.value().verdict, Verdict::NoData);
}

TEST(MeanLimit, WhatBeginsWithAStepIsFoundByTheStepsOwnBlocks) {
    Selling rig(guarded());
    rig.blocks(20, kGood);
    for (int i = 0; i < 5; ++i) rig.sell(kGood);  // are in no block of the next step
    rig.step(1);
    EXPECT_EQ(rig.ticksUntilHarm(1000, [&] { rig.sell(kBad); }), 17 * 6);
    EXPECT_THAT(rig.said().headline, HasSubstr("value of the canary is 18.2 in the newest block"));
    EXPECT_THAT(rig.said().headline, HasSubstr("below 20 in 17 of 17 blocks in this step"));
}

TEST(MeanLimit, OfWhatStableDoesNotExportShowsTheNewestBlock) {
    Rig rig(guarded());
    for (int i = 0; i < 6 * 7; ++i) {
        rig.tick({pod("s1", {{"errors", requests(300, 0)}})},
                 {pod("c1", {{"errors", requests(100, 0)}, {"value", observed(4, 4 * kGood)}})});
    }
    EXPECT_EQ(rig.metric("value").canary, kGood);
    EXPECT_EQ(rig.metric("value").samples, 7u);
    EXPECT_EQ(rig.metric("value").verdict, Verdict::Safe);
    EXPECT_EQ(rig.said().warning, "");
}

TEST(MeanLimit, BelongsToNoPodAndSoCondemnsTheVersionWhateverPodsDo) {
    Selling rig(guarded());
    const auto sold = [](const std::string& name) {
        return pod(name, {{"errors", requests(100, 0)}, {"value", observed(4, 4 * kBad)}});
    };
    EXPECT_EQ(rig.ticksUntilHarm(
                  1000,
                  [&] {
                      rig.tick({pod("s1", {{"errors", requests(300, 0)}})}, {sold("c1"), sold("c2")});
                  }),
              13 * 6);
    EXPECT_EQ(rig.said().suspect, "");
}

TEST(MeanLimit, BesideTheComparisonHarmIsTheMeanOfBothAnswersAndSafetyTheSmaller) {
    api::Metric both = limitedValue({20, std::nullopt});
    both.worseChange = 0.05;
    Selling rig(guarded(both));
    Random random(3);
    const auto some = [&] { return 21 + 2 * random.uniform(); };
    const auto known = [&] { return rig.judge.memory().attempt.metrics[1]; };
    for (int i = 0; i < 54; ++i) rig.sell(some(), some());
    EXPECT_GT(known().rate.safeEvidence(both), std::log(20)) << "nine blocks are enough for the limit";
    EXPECT_EQ(meanSafety(known()), 0) << "and too few for the comparison";
    EXPECT_EQ(rig.value().verdict, Verdict::Continue);
    for (int i = 0; i < 18; ++i) rig.sell(some(), some());
    const double limit = known().rate.evidence(both), compared = known().mean->evidence();
    EXPECT_NEAR(rig.value().evidence, logAddExp(limit, compared) - std::log(2.0), 1e-12);
    EXPECT_EQ(meanSafety(known()), std::min(known().rate.safeEvidence(both), known().mean->safeEvidence()));
    EXPECT_GT(known().mean->safeEvidence(), known().rate.safeEvidence(both));
    rig.blocks(10, 22, 22);
    EXPECT_EQ(rig.value().verdict, Verdict::Safe);
    EXPECT_THAT(rig.value().message,
                HasSubstr("below 20 in none of 22 blocks, safe: in fewer than half of them, and not worse by "
                          "10.0 %"));
}

TEST(MeanLimit, BesideTheComparisonIsSaidWhereItSaysMore) {
    api::Metric both = limitedValue({20, std::nullopt});
    both.worseChange = 0.05;
    Selling rig(guarded(both));
    // Like stable's, and both below what was promised.
    EXPECT_EQ(rig.ticksUntilHarm(1000, [&] { rig.sell(kBad, kBad); }), 15 * 6);
    EXPECT_THAT(rig.said().headline, HasSubstr("below 20 in 15 of 15 blocks"));
    Selling compared(guarded(both));
    Random random(5);
    const auto about = [&](double mean) { return mean * (0.95 + 0.1 * random.uniform()); };
    EXPECT_LT(compared.ticksUntilHarm(1000, [&] { compared.sell(about(30), about(60)); }), 1000);
    EXPECT_THAT(compared.said().headline, HasSubstr("worse by more than 5.0 %"));
}

TEST(MeanLimit, KeepsItsEvidenceOfHarmAndProvesSafetyAnewWhenAPodIsReplaced) {
    Selling rig(guarded());
    rig.blocks(2, kBad);
    rig.blocks(20, kGood);
    ASSERT_EQ(rig.value().verdict, Verdict::Safe);
    const double evidence = rig.value().evidence;
    api::JudgeOrder order = rig.order();
    order.without = "pod-c2";
    rig.order(order);
    EXPECT_EQ(rig.value().evidence, evidence);
    EXPECT_EQ(rig.value().verdict, Verdict::Continue);
    rig.blocks(6, kGood);
    EXPECT_EQ(rig.value().verdict, Verdict::Safe);
}

TEST(MeanLimit, ARestartedJudgeGoesOnBitForBit) {
    Selling whole(guarded()), interrupted(guarded());
    for (int i = 0; i < 100; ++i) {
        const double mean = 18 + i % 7;
        whole.sell(mean);
        interrupted.sell(mean);
        interrupted.restart();
        ASSERT_EQ(whole.said(), interrupted.said()) << i;
    }
}

TEST(MeanLimit, AnotherLimitStartsAnew) {
    Selling rig(guarded());
    rig.blocks(4, kBad);
    rig.judge.setAnalysis(guarded(limitedValue({15, std::nullopt})));
    rig.block(kBad);
    EXPECT_THAT(rig.value().message, HasSubstr("below 15 in none of 1 block"));
}

TEST(MeanLimit, ThatNoDeadlineLeavesTimeForIsToldBefore) {
    const auto warning = [](Duration interval, const api::Metric& metric, uint64_t orders) {
        api::Analysis analysis = analysisOf({errorMetric(), metric});
        analysis.interval = interval;
        Rig rig(analysis);
        rig.mode(JudgeMode::Evaluate);
        for (int i = 0; i < 3; ++i) {
            rig.judge.add(
                rig.stratum({pod("s1", {{"errors", requests(100000, 0)}, {"value", observed(orders, 20)}})},
                            {}, interval));
        }
        return rig.said().warning;
    };
    const api::Metric limited = limitedValue({20, std::nullopt});
    EXPECT_EQ(warning(std::chrono::seconds(10), limited, 5), "");
    EXPECT_EQ(warning(std::chrono::seconds(10), valueMetric(), 5), "");
    EXPECT_EQ(
        warning(std::chrono::minutes(1), limited, 5),
        "InsufficientTraffic: value is judged by blocks of six intervals, 6 min each; the 7 or so that call "
        "it safe take 42 min > deadline 30m; shorten the interval, or raise the deadline");
    EXPECT_THAT(warning(std::chrono::minutes(1), valueMetric(), 5),
                HasSubstr("the 10 or so that call it safe take 60 min > deadline 30m"));
    EXPECT_THAT(
        warning(std::chrono::seconds(10), valueMetric(), 0),
        StartsWith("InsufficientTraffic: the stable version had no observations of value_count in 30 s"));
    api::Metric observer = valueMetric();
    observer.observeOnly = true;
    EXPECT_EQ(warning(std::chrono::minutes(1), observer, 0), "");
}

}  // namespace
}  // namespace serin::judge
