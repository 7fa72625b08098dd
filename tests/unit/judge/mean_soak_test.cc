// Means after the promotion: what the rollout showed of stable limits the blocks of the promoted version.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "judge/mean_blocks.h"
#include "judge/memory.h"
#include "rig.h"

namespace serin::judge {
namespace {

using api::JudgeMode;
using api::NumberLimits;
using api::Verdict;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr double kMean = 50;

// Blocks of stable's, 5 above and below `mean` in turns.
Moments blocksAround(double mean, int count) {
    Moments out;
    for (int i = 0; i < count; ++i) out.add(mean + (i % 2 == 0 ? 5 : -5));
    return out;
}

TEST(MeanRecord, LimitsByTheBoundOfTheMeanAndTheMarginTowardsWorse) {
    const Moments known = blocksAround(kMean, 20);
    const double bound = meanRadius(known, kMeanRho, .005);
    EXPECT_GT(bound, 3);
    api::Metric metric = valueMetric();
    metric.safeChange = 0.2;  // 10, more than the blocks' deviation
    NumberLimits limits = limitsByRecord(metric, known, .005);
    EXPECT_NEAR(limits.min.value_or(0), kMean - bound - 10, 1e-9);
    EXPECT_EQ(limits.max, std::nullopt);
    metric.mean.lowerIsWorse = false;
    limits = limitsByRecord(metric, known, .005);
    EXPECT_NEAR(limits.max.value_or(0), kMean + bound + 10, 1e-9);
    EXPECT_EQ(limits.min, std::nullopt);
}

TEST(MeanRecord, LeavesRoomForHowMuchBlocksDifferAtLeast) {
    const Moments known = blocksAround(kMean, 20);
    api::Metric metric = valueMetric();
    metric.safeChange = 0.01;
    EXPECT_NEAR(limitsByRecord(metric, known, .005).min.value_or(0),
                kMean - meanRadius(known, kMeanRho, .005) - known.deviation(), 1e-9);
}

TEST(MeanRecord, OfTooFewBlocksOrOfOnesThatDifferTooMuchLimitsNothing) {
    EXPECT_FALSE(limitsByRecord(valueMetric(), blocksAround(kMean, 9), .005).any());
    EXPECT_TRUE(limitsByRecord(valueMetric(), blocksAround(kMean, 10), .005).any());
    EXPECT_FALSE(limitsByRecord(valueMetric(), blocksAround(5, 10), .005).any());
}

TEST(MeanRecord, OfTwoLimitsTheStricterCounts) {
    EXPECT_EQ(stricter({20, 90}, {30, std::nullopt}), (NumberLimits{30, 90}));
    EXPECT_EQ(stricter({20, 90}, {std::nullopt, 80}), (NumberLimits{20, 80}));
    EXPECT_EQ(stricter({}, {}), NumberLimits());
}

// A rollout with enough blocks, and what comes after it. Nothing fails.
class Promoted : public Rig {
  public:
    using Rig::Rig;

    void sell(double canary) {
        const auto arm = [&](const std::string& name, double mean, uint64_t count) {
            return pod(name, {{"errors", requests(100, 0)},
                              {"value", observed(count, static_cast<double>(count) * mean)}});
        };
        std::vector<api::PodSample> old;
        if (!order().afterPromotion()) old = {arm("s1", about(kMean), 8)};
        tick(old, {arm("c1", about(canary), 8)});
    }
    void blocks(int count, double canary) {
        for (int i = 0; i < 6 * count; ++i) sell(canary);
    }
    void rollOut(int count = 20) {
        blocks(count, kMean);
        mode(JudgeMode::Soak);
    }
    api::MetricVerdict value() const { return metric("value"); }
    NumberLimits limits() const { return judge.memory().attempt.metrics[1].blocks->limits; }

  private:
    double about(double mean) { return mean * (0.95 + 0.1 * random_.uniform()); }
    Random random_{11};
};

api::Analysis guarded(const api::Metric& value = valueMetric()) {
    return analysisOf({errorMetric(), value});
}

TEST(MeanAfterPromotion, ThatWorsensInTheSoakIsTakenBackAfterFourteenBlocks) {
    Promoted rig(guarded());
    rig.rollOut();
    EXPECT_EQ(rig.value().verdict, Verdict::NoData);
    EXPECT_EQ(rig.value().message, "no complete block of value after promotion yet");
    EXPECT_EQ(rig.ticksUntilHarm(1000, [&] { rig.sell(40); }), 14 * 6);
    EXPECT_THAT(rig.said().headline, StartsWith("mean value is 39.4, "));
    EXPECT_THAT(rig.said().headline, HasSubstr(", below 44.6 in 14 of 14 blocks after promotion"));
    EXPECT_THAT(rig.said().headline, EndsWith("(the old version's was 50.1)"));
    EXPECT_EQ(rig.value().verdict, Verdict::Harm);
    EXPECT_EQ(rig.value().samples, 14u);
    EXPECT_NEAR(rig.value().canary, 40, 1);
    EXPECT_NEAR(rig.value().stable, kMean, .5);
}

TEST(MeanAfterPromotion, ThatWorsensWithinTheMarginStaysHoweverLong) {
    Promoted rig(guarded());
    rig.rollOut();
    rig.blocks(100, 46.5);
    EXPECT_FALSE(rig.said().harm);
    EXPECT_EQ(rig.value().verdict, Verdict::Continue);
    EXPECT_EQ(rig.value().secondsNeeded + rig.value().samplesNeeded, 0u);
    rig.mode(JudgeMode::Watch);
    rig.blocks(500, 46.5);
    EXPECT_FALSE(rig.said().harm);
}

TEST(MeanAfterPromotion, ThatGetsBetterIsNoHarm) {
    Promoted rig(guarded());
    rig.rollOut();
    rig.blocks(40, 90);
    EXPECT_FALSE(rig.said().harm);
}

TEST(MeanAfterPromotion, IsFoundInTheWatchHoweverLongItWasGood) {
    Promoted rig(guarded());
    rig.rollOut();
    rig.blocks(5, kMean);
    rig.mode(JudgeMode::Watch);
    rig.blocks(1000, kMean);
    ASSERT_FALSE(rig.said().harm);
    EXPECT_EQ(rig.ticksUntilHarm(1000, [&] { rig.sell(40); }), 26 * 6);
    // The first two are within what good blocks leave of evidence.
    EXPECT_THAT(rig.said().headline, HasSubstr(" in 24 of 24 blocks of late (the old version's was 50.1)"));
    EXPECT_EQ(rig.said().verdict, Verdict::Harm);
}

TEST(MeanAfterPromotion, KeepsToTheWrittenLimitWhereThatIsStricter) {
    Promoted strict(guarded(limitedValue({48, 60})));
    strict.rollOut();
    EXPECT_EQ(strict.limits(), (NumberLimits{48, 60}));
    strict.blocks(1, 47);
    EXPECT_THAT(strict.value().message, EndsWith("outside of 48 to 60 in 1 of 1 block after promotion"));
    Promoted loose(guarded(limitedValue({10, std::nullopt})));
    loose.rollOut();
    EXPECT_NEAR(loose.limits().min.value_or(0), 44.6, .1);
}

TEST(MeanAfterPromotion, OfAnOldVersionThatWasHardlyObservedHasNoLimitAndSaysSo) {
    Promoted few(guarded());
    few.rollOut(9);
    few.blocks(60, 1);
    EXPECT_FALSE(few.said().harm);
    EXPECT_EQ(few.value().verdict, Verdict::Continue);
    EXPECT_EQ(few.value().evidence, 0);
    EXPECT_EQ(few.value().message,
              "no limit for value: the old version was observed in 9 blocks of the rollout, and it takes 10");
    Promoted none(guarded());
    none.mode(JudgeMode::Soak);
    none.blocks(2, 1);
    EXPECT_EQ(none.value().message, "no limit for value: no record of the old version to limit it by");
    Promoted limited(guarded(limitedValue({20, std::nullopt})));
    limited.mode(JudgeMode::Soak);
    EXPECT_EQ(limited.ticksUntilHarm(1000, [&] { limited.sell(10); }), 14 * 6) << "by what is written";
}

TEST(MeanAfterPromotion, OfBlocksThatDifferTooMuchSaysThatNothingLimitsIt) {
    Promoted rig(guarded());
    for (int i = 0; i < 20; ++i) {
        const double stable = i % 2 == 0 ? 1 : 100;
        for (int j = 0; j < 6; ++j) {
            rig.tick({pod("s1", {{"errors", requests(100, 0)}, {"value", observed(1, stable)}})},
                     {pod("c1", {{"errors", requests(100, 0)}, {"value", observed(1, 50)}})});
        }
    }
    rig.mode(JudgeMode::Soak);
    EXPECT_EQ(
        rig.value().message,
        "no limit for value: the old version's mean was 50.5, and its blocks differ so much that no limit "
        "above 0 is left");
}

TEST(MeanAfterPromotion, ThatIsNewThereIsJudgedByWhatIsWritten) {
    Promoted rig(guarded());
    rig.rollOut();
    rig.mode(JudgeMode::Watch);
    rig.judge.setAnalysis(guarded(limitedValue({20, std::nullopt})));
    EXPECT_EQ(rig.limits(), (NumberLimits{20, std::nullopt}));
    rig.judge.setAnalysis(guarded(limitedValue({45, std::nullopt})));
    EXPECT_EQ(rig.ticksUntilHarm(1000, [&] { rig.sell(40); }), 26 * 6);
}

TEST(MeanAfterPromotion, ThatOnlyObservesSaysHarmAndDecidesNothing) {
    api::Metric observer = valueMetric();
    observer.observeOnly = true;
    Promoted rig(guarded(observer));
    rig.rollOut();
    rig.blocks(40, 30);
    EXPECT_EQ(rig.value().verdict, Verdict::Harm);
    EXPECT_FALSE(rig.said().harm);
}

TEST(MeanAfterPromotion, ARestartForgetsNeitherLimitNorBlocks) {
    Promoted whole(guarded()), interrupted(guarded());
    for (Promoted* rig : {&whole, &interrupted}) rig->rollOut();
    for (int i = 0; i < 100; ++i) {
        if (i == 50) {
            for (Promoted* rig : {&whole, &interrupted}) rig->mode(JudgeMode::Watch);
        }
        whole.sell(40);
        interrupted.sell(40);
        interrupted.restart();
        ASSERT_EQ(whole.said(), interrupted.said()) << i;
    }
}

// The promise behind the limit: whatever the distribution, of blocks like those of the record at most half
// lie beyond it. Here a few orders are huge, so that most blocks lie far below the mean.
TEST(MeanAfterPromotion, LikeTheOldVersionsIsTakenBackInFewOfManySoaksThoughHugeOrdersAreRare) {
    int harmed = 0;
    for (uint64_t seed = 0; seed < 200; ++seed) {
        api::Metric metric = valueMetric();
        metric.safeChange = 0.01;
        api::Analysis analysis = analysisOf({metric});
        analysis.falseAlarm = .05;
        Rig rig(analysis);
        Random random(seed);
        const auto some = [&] { return observed(1, random.uniform() < .03 ? 1000 : 5); };
        for (int i = 0; i < 180; ++i) {
            rig.tick({pod("s1", {{"value", some()}})}, {pod("c1", {{"value", some()}})});
        }
        rig.mode(JudgeMode::Soak);
        for (int i = 0; i < 180 && !rig.said().harm; ++i) rig.tick({}, {pod("c1", {{"value", some()}})});
        harmed += rig.said().harm ? 1 : 0;
    }
    EXPECT_LE(harmed, 19) << "5 % of 200 and three standard deviations";
}

}  // namespace
}  // namespace serin::judge
