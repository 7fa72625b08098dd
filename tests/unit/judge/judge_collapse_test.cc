#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "judge/collapse_messages.h"
#include "judge/memory.h"
#include "judge/standing.h"
#include "judge/state_codec.h"
#include "rig.h"

namespace serin::judge {
namespace {

using api::Verdict;
using testing::HasSubstr;

api::Metric classMetric() {
    api::Metric metric = driftMetric(std::nullopt);
    metric.name = "class";
    metric.byLabel = "class";
    metric.collapse = true;
    return metric;
}

api::Metric bucketMetric() {
    api::Metric metric = driftMetric(std::nullopt);
    metric.collapse = true;
    return metric;
}

using Classes = std::map<std::string, uint64_t>;

void classTick(Rig& rig, const Classes& canary, const Classes& stable) {
    rig.tick({pod("s1", {{"errors", requests(400, 0)}, {"class", predicted(stable)}}),
              pod("s2", {{"errors", requests(400, 0)}, {"class", predicted(stable)}})},
             {pod("c1", {{"errors", requests(200, 0)}, {"class", predicted(canary)}})});
}

void scoreTick(Rig& rig, const api::Counts& canary, const api::Counts& stable) {
    rig.tick({pod("s1", {{"errors", requests(400, 0)}, {"score", stable}}),
              pod("s2", {{"errors", requests(400, 0)}, {"score", stable}})},
             {pod("c1", {{"errors", requests(200, 0)}, {"score", canary}})});
}

Rig ofClasses() {
    return Rig(analysisOf({errorMetric(), classMetric()}));
}
Rig ofScores() {
    return Rig(analysisOf({errorMetric(), bucketMetric()}));
}

// What is remembered of the metric that may collapse, by way of what is persisted.
MetricMemory collapsed(Rig& rig) {
    return decodeState(rig.said().state)->attempt.metrics.at(1);
}

const Classes kMostlyLegit{{"fraud", 20}, {"legit", 380}};
const Classes kAllLegit{{"legit", 200}};
const std::vector<uint64_t> kSpread{40, 20, 8, 5, 3, 3, 5, 8, 20, 40};

TEST(Collapse, OfAModelThatNeverSaysFraudIsHarmWithoutAnyThreshold) {
    Rig rig = ofClasses();
    const int ticks = rig.ticksUntilHarm(20, [&] { classTick(rig, kAllLegit, kMostlyLegit); });
    EXPECT_LE(ticks, 8);
    ASSERT_TRUE(rig.said().harm);
    EXPECT_EQ(
        rig.said().headline,
        "the canary says \"legit\" in 100.0 % of its predictions, stable in 95.0 %: one class takes all");
    EXPECT_EQ(rig.metric("class").verdict, Verdict::Harm);
    EXPECT_EQ(rig.metric("errors").verdict == Verdict::Harm, false);
}

TEST(Collapse, OntoAClassThatIsRareInStableIsHarmSooner) {
    Rig rig = ofClasses();
    const int ticks = rig.ticksUntilHarm(20, [&] { classTick(rig, {{"fraud", 200}}, kMostlyLegit); });
    EXPECT_LE(ticks, 3);
    EXPECT_THAT(rig.said().headline, HasSubstr("says \"fraud\" in 100.0 %"));
}

TEST(Collapse, OfScoresIntoOneBucketNamesTheBucket) {
    Rig rig = ofScores();
    const int ticks = rig.ticksUntilHarm(20, [&] {
        scoreTick(rig, scores({0, 0, 0, 0, 200, 0, 0, 0, 0, 0}), scores(kSpread));
    });
    EXPECT_LE(ticks, 6);
    EXPECT_EQ(rig.said().headline,
              "100.0 % of the canary's observations of score are above 0.4 and at most 0.5, 2.0 % of "
              "stable's: one bucket takes all");
}

TEST(Collapse, OfScoresAboveEveryEdgeIsSeenAsWhereNaNIsCounted) {
    Rig rig = ofScores();
    api::Counts nothing = scores({0, 0, 0, 0, 0, 0, 0, 0, 0, 200});
    nothing.sumIsNaN = true;
    rig.ticksUntilHarm(20, [&] { scoreTick(rig, nothing, scores(kSpread)); });
    EXPECT_THAT(rig.said().headline, HasSubstr("are above 0.9"));
    EXPECT_TRUE(rig.said().harm);
}

TEST(Collapse, IsNotWhatAnotherKindOfModelDoesToScores) {
    Rig rig = ofScores();  // a forest's confidence and a regression's, measured on handwritten digits
    for (int i = 0; i < 180; ++i) {
        scoreTick(rig, scores({0, 0, 0, 1, 3, 5, 6, 7, 8, 170}),
                  scores({0, 2, 10, 20, 30, 30, 30, 26, 26, 26}));
    }
    EXPECT_FALSE(rig.said().harm);
    EXPECT_EQ(rig.metric("score").verdict, Verdict::Safe);
    EXPECT_TRUE(rig.said().safe);
    EXPECT_THAT(rig.metric("score").message, HasSubstr(", no bucket takes all"));
}

TEST(Collapse, IsNotWhatAGoodUpgradeDoesToTheSharesOfClasses) {
    Rig rig = ofClasses();  // a population stability index of 0.014
    for (int i = 0; i < 180; ++i) classTick(rig, {{"fraud", 14}, {"legit", 486}}, kMostlyLegit);
    EXPECT_FALSE(rig.said().harm);
    EXPECT_TRUE(rig.said().safe);
    EXPECT_LT(rig.metric("class").evidence, 1);
}

TEST(Collapse, IsRuledOutWithinAFewIntervals) {
    Rig rig = ofClasses();
    for (int i = 0; i < 3; ++i) classTick(rig, {{"fraud", 10}, {"legit", 190}}, kMostlyLegit);
    EXPECT_EQ(rig.metric("class").verdict, Verdict::Safe);
    EXPECT_TRUE(rig.metric("class").guard);
    EXPECT_THAT(rig.metric("class").message, HasSubstr("no class takes all"));
}

TEST(Collapse, OfAStableVersionThatHasOneClassOnlyIsNone) {
    Rig rig = ofClasses();
    for (int i = 0; i < 30; ++i) classTick(rig, kAllLegit, {{"legit", 400}});
    EXPECT_FALSE(rig.said().harm);
    EXPECT_EQ(rig.metric("class").verdict, Verdict::Safe);
}

TEST(Collapse, IsFoundWhenItComesInTheMidstOfAStep) {
    for (const char* onto : {"a", "b"}) {  // "a" is what is asked about before
        Rig rig = ofClasses();
        const Classes even{{"a", 100}, {"b", 100}};
        for (int i = 0; i < 20; ++i) classTick(rig, even, even);
        EXPECT_FALSE(rig.said().harm);
        const int ticks = rig.ticksUntilHarm(200, [&] { classTick(rig, {{onto, 200}}, even); });
        EXPECT_LE(ticks, onto[0] == 'a' ? 15 : 60) << onto;
        EXPECT_THAT(rig.said().headline, HasSubstr(cat("says \"", onto, '"')));
    }
}

TEST(Collapse, OntoTheMostFrequentClassIsFoundLateInAStepToo) {
    Rig rig = ofClasses();
    for (int i = 0; i < 60; ++i) classTick(rig, {{"fraud", 10}, {"legit", 190}}, kMostlyLegit);
    EXPECT_FALSE(rig.said().harm);
    EXPECT_LE(rig.ticksUntilHarm(100, [&] { classTick(rig, kAllLegit, kMostlyLegit); }), 30);
    EXPECT_THAT(rig.said().headline, HasSubstr("says \"legit\" in 100.0 % of its predictions of late ("));
}

TEST(Collapse, IsNotFoundByChanceHoweverLongAStepLasts) {
    Random random(7);
    for (int attempt = 0; attempt < 5; ++attempt) {
        Rig rig = ofClasses();
        for (int i = 0; i < 200; ++i) {
            const auto drawn = [&](uint64_t n) {
                const uint64_t fraud = random.binomial(n, .03);
                return Classes{{"fraud", fraud}, {"legit", n - fraud}};
            };
            classTick(rig, drawn(200), drawn(400));
            ASSERT_FALSE(rig.said().harm) << i;
        }
    }
}

TEST(Collapse, IsFoundInALaterStepWhateverWasGoodBefore) {
    Rig rig = ofClasses();
    for (int i = 0; i < 60; ++i) classTick(rig, {{"fraud", 10}, {"legit", 190}}, kMostlyLegit);
    rig.step(1);
    EXPECT_LE(rig.ticksUntilHarm(30, [&] { classTick(rig, kAllLegit, kMostlyLegit); }), 9);
}

TEST(Collapse, OfAnEarlierStepIsToldWithItsOwnNumbers) {
    Rig rig = ofClasses();
    for (int i = 0; i < 8; ++i) classTick(rig, {{"fraud", 1}, {"legit", 399}}, kMostlyLegit);
    rig.step(1);
    classTick(rig, {{"fraud", 10}, {"legit", 190}}, kMostlyLegit);
    EXPECT_THAT(
        collapseInWords(collapsed(rig)),
        HasSubstr("says \"legit\" in 99.8 % of its predictions earlier in the attempt, stable in 95.0 %"));
}

TEST(Collapse, OfPredictionsThatAreNoNumberIsHarmByClassesNamedSo) {
    for (const char* name : {"NaN", "null", "None", ""}) {
        Rig rig = ofClasses();
        const int ticks = rig.ticksUntilHarm(30, [&] {
            classTick(rig, {{"fraud", 9}, {"legit", 183}, {name, 8}}, kMostlyLegit);
        });
        EXPECT_LT(ticks, 30) << name;
        EXPECT_EQ(rig.said().headline,
                  "4.0 % of the canary's predictions of class are no number, 0.0 % of stable's");
    }
}

TEST(Collapse, ThinksNothingOfAClassNamedNoneThatStableHasToo) {
    Rig rig = ofClasses();
    for (int i = 0; i < 100; ++i) {
        classTick(rig, {{"None", 112}, {"tumour", 88}}, {{"None", 200}, {"tumour", 200}});
    }
    EXPECT_FALSE(rig.said().harm);
    EXPECT_TRUE(rig.said().safe);
}

TEST(Collapse, CountsObservationsInNoBucketAsNoNumbers) {
    Rig rig = ofScores();
    api::Counts some = scores(kSpread);
    some.total += 20;
    EXPECT_LT(rig.ticksUntilHarm(30, [&] { scoreTick(rig, some, scores(kSpread)); }), 30);
    EXPECT_THAT(rig.said().headline, HasSubstr("are no number"));
}

TEST(Collapse, SaysWhereOnlyTheCanarysSumIsNaN) {
    Rig rig = ofScores();
    api::Counts some = scores(kSpread);
    some.sumIsNaN = true;
    scoreTick(rig, some, scores(kSpread));
    EXPECT_THAT(rig.metric("score").message, HasSubstr("sum of score is NaN and stable's is not"));
    scoreTick(rig, some, some);
    EXPECT_THAT(rig.metric("score").message, testing::Not(HasSubstr("NaN")));
}

TEST(Collapse, WhereClientsKeepTheirPodsIsTempered) {
    // One of stable's pods has all the fraud: what the canary lacks is what its clients do not send.
    Rig rig = ofClasses();
    for (int i = 0; i < 60; ++i) {
        rig.tick(
            {pod("s1", {{"errors", requests(400, 0)}, {"class", predicted({{"fraud", 40}, {"legit", 360}})}}),
             pod("s2", {{"errors", requests(400, 0)}, {"class", predicted({{"legit", 400}})}})},
            {pod("c1", {{"errors", requests(200, 0)}, {"class", predicted(kAllLegit)}})});
        if (i == 20) {
            EXPECT_FALSE(rig.said().harm);
        }
    }
}

TEST(Collapse, IsAskedAnewWhenAPodIsReplaced) {
    Rig rig = ofClasses();
    const Classes some{{"fraud", 10}, {"legit", 183}, {"NaN", 7}};
    classTick(rig, some, kMostlyLegit);
    rig.step(1);
    classTick(rig, some, kMostlyLegit);
    ASSERT_GT(rig.metric("class").evidence, 1);
    ASSERT_FALSE(rig.said().harm);
    api::JudgeOrder order = rig.order();
    order.without = "pod-c1";
    rig.order(order);
    EXPECT_NEAR(rig.metric("class").evidence, 0, 1e-12);
    EXPECT_EQ(rig.metric("class").verdict, Verdict::NoData);
    rig.ticksUntilHarm(3, [&] {
        rig.tick({pod("s1", {{"errors", requests(400, 0)}, {"class", predicted(kMostlyLegit)}})},
                 {pod("c2", {{"errors", requests(200, 0)}, {"class", predicted(kMostlyLegit)}})});
    });
    EXPECT_EQ(rig.metric("class").verdict, Verdict::Safe);
}

TEST(Collapse, OfHistogramsThatShareNoEdgeNamesTheWaysOut) {
    Rig rig = ofScores();
    scoreTick(rig, histogram({.15, .85}, {50, 50, 50}), scores(kSpread));
    EXPECT_EQ(rig.metric("score").message,
              "score: the versions' histograms share no bucket edge; give both the same buckets, or state "
              "drift.collapse: Ignore or role: Observe");
    EXPECT_EQ(rig.said().holding, rig.metric("score").message);
}

TEST(Collapse, OfAnObserverIsSaidAndTakesNothingBack) {
    api::Analysis analysis = analysisOf({errorMetric(), classMetric()});
    analysis.metrics[1].observeOnly = true;
    Rig rig(analysis);
    for (int i = 0; i < 10; ++i) classTick(rig, kAllLegit, kMostlyLegit);
    EXPECT_EQ(rig.metric("class").verdict, Verdict::Harm);
    EXPECT_FALSE(rig.said().harm);
    EXPECT_TRUE(rig.said().safe);
}

TEST(Collapse, IsNotWhatTheMessageIsAboutWhereTheIndexSaysHarm) {
    api::Metric both = bucketMetric();
    both.psi = .5;
    Rig rig(analysisOf({errorMetric(), both}));
    rig.ticksUntilHarm(20, [&] { scoreTick(rig, scores({0, 0, 0, 9, 9, 9, 0, 0, 0, 0}), scores(kSpread)); });
    ASSERT_TRUE(rig.said().harm);
    EXPECT_EQ(rig.said().headline, "drift of score: PSI 5.18 > 0.5");
}

TEST(Collapse, GoesOnBitForBitAfterARestart) {
    Rig whole = ofClasses();
    Rig broken = ofClasses();
    for (int i = 0; i < 6; ++i) {
        if (i == 3) {
            for (Rig* rig : {&whole, &broken}) rig->step(1);
        }
        for (Rig* rig : {&whole, &broken}) {
            classTick(*rig, {{"fraud", 5}, {"legit", 190 + static_cast<uint64_t>(i)}}, kMostlyLegit);
        }
        broken.restart();
    }
    EXPECT_EQ(whole.said(), broken.said());
}

TEST(Collapse, AndTheIndexShareTheWeightOfTheirMetric) {
    api::Metric both = classMetric();
    both.psi = .25;
    const api::Analysis analysis = analysisOf({errorMetric(), both});
    const double index = driftShare(analysis, both);
    const double inMean = weightInMean(errorMetric(), false) + weightInMean(both, false) + 1;  // and the pods
    EXPECT_DOUBLE_EQ(index + inMean / 3, 1);
    EXPECT_EQ(weightInMean(both, true), 0);
    both.collapse = false;
    EXPECT_EQ(weightInMean(both, false), 0);
}

TEST(ClassDrift, OfOneClassThatBothHaveIsSafe) {
    api::Metric both = classMetric();
    both.psi = .25;
    Rig rig(analysisOf({errorMetric(), both}));
    for (int i = 0; i < 4; ++i) classTick(rig, kAllLegit, {{"legit", 400}});
    EXPECT_EQ(rig.metric("class").verdict, Verdict::Safe);
    EXPECT_TRUE(rig.said().safe);
}

}  // namespace
}  // namespace serin::judge
