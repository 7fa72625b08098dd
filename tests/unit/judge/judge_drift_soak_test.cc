#include <gtest/gtest.h>

#include "rig.h"

namespace serin::judge {
namespace {

using api::Verdict;
using std::chrono::seconds;

const std::vector<uint64_t> kGood{40, 20, 8, 5, 3, 3, 5, 8, 20, 40};

void driftTick(Rig& rig, const std::vector<uint64_t>& canary) {
    rig.tick({pod("s1", {{"errors", requests(300, 0)}, {"score", scores(kGood)}}),
              pod("s2", {{"errors", requests(300, 0)}, {"score", scores(kGood)}})},
             {pod("c1", {{"errors", requests(150, 0)}, {"score", scores(canary)}})});
}

api::Analysis withScore(std::optional<double> psi) {
    return analysisOf({errorMetric(), driftMetric(psi)});
}

TEST(Drift, ScoresLikeThoseOfPermutedLabelsAreHarm) {
    Rig rig(withScore(1.0));
    driftTick(rig, {0, 0, 5, 30, 60, 45, 12, 0, 0, 0});
    EXPECT_TRUE(rig.said().harm);
    EXPECT_EQ(rig.metric("score").verdict, Verdict::Harm);
    EXPECT_GT(rig.metric("score").canary, 3);
    EXPECT_EQ(rig.said().headline.rfind("drift of score: PSI ", 0), 0u) << rig.said().headline;
    EXPECT_NE(rig.said().headline.find(" > 1"), std::string::npos);
    EXPECT_FALSE(rig.said().calm);
}

TEST(Drift, AnOrdinaryUpgradeIsSafe) {
    Rig rig(withScore(1.0));
    for (int i = 0; i < 4; ++i) driftTick(rig, {48, 18, 7, 4, 2, 3, 4, 7, 18, 41});
    EXPECT_EQ(rig.metric("score").verdict, Verdict::Safe);
    EXPECT_TRUE(rig.said().safe);
    EXPECT_LT(rig.metric("score").canary, .1);
}

TEST(Drift, WithoutAThresholdItOnlyObserves) {
    Rig rig(withScore(std::nullopt));
    for (int i = 0; i < 4; ++i) driftTick(rig, {0, 0, 5, 30, 60, 45, 12, 0, 0, 0});
    EXPECT_FALSE(rig.said().harm);
    EXPECT_TRUE(rig.said().safe);
    EXPECT_FALSE(rig.metric("score").guard);
    EXPECT_GT(rig.metric("score").canary, 3);
    EXPECT_EQ(rig.metric("score").message.rfind("drift of score: PSI ", 0), 0u);
}

TEST(Drift, AnObserverWithAThresholdSaysHarmAndTakesNothingBack) {
    api::Analysis analysis = withScore(1.0);
    analysis.metrics[1].observeOnly = true;
    Rig rig(analysis);
    for (int i = 0; i < 4; ++i) driftTick(rig, {0, 0, 5, 30, 60, 45, 12, 0, 0, 0});
    EXPECT_EQ(rig.metric("score").verdict, Verdict::Harm);
    EXPECT_FALSE(rig.metric("score").guard);
    EXPECT_FALSE(rig.said().harm);
    EXPECT_TRUE(rig.said().safe);
    EXPECT_TRUE(rig.said().calm);
}

api::Analysis withClasses() {
    api::Metric metric = driftMetric(.5);
    metric.name = "class";
    metric.byLabel = "class";
    return analysisOf({errorMetric(), metric});
}

void classTick(Rig& rig, const std::map<std::string, uint64_t>& canary) {
    rig.tick({pod("s1", {{"errors", requests(400, 0)}, {"class", predicted({{"ham", 320}, {"spam", 80}})}})},
             {pod("c1", {{"errors", requests(200, 0)}, {"class", predicted(canary)}})});
}

TEST(ClassDrift, OfAModelThatPredictsOneClassOnlyIsHarmAndTheClassIsNamed) {
    Rig rig(withClasses());
    classTick(rig, {{"spam", 200}});
    ASSERT_TRUE(rig.said().harm);
    const std::string headline = rig.said().headline;
    EXPECT_EQ(headline.rfind("drift of class: PSI ", 0), 0U) << headline;
    EXPECT_NE(headline.find(R"( > 0.5, most by class "ham" (0.0 % against 80.0 %))"), std::string::npos)
        << headline;
}

TEST(ClassDrift, OfLikeSharesIsSafe) {
    Rig rig(withClasses());
    for (int i = 0; i < 4; ++i) classTick(rig, {{"ham", 158}, {"spam", 42}});
    EXPECT_EQ(rig.metric("class").verdict, Verdict::Safe);
    EXPECT_EQ(rig.metric("class").samples, 800U);
    EXPECT_TRUE(rig.said().safe);
}

TEST(ClassDrift, OfAClassThatStableNeverPredictedCounts) {
    Rig rig(withClasses());
    for (int i = 0; i < 4; ++i) classTick(rig, {{"ham", 60}, {"spam", 20}, {"unknown", 120}});
    EXPECT_EQ(rig.metric("class").verdict, Verdict::Harm);
    EXPECT_NE(rig.metric("class").message.find("class \"unknown\""), std::string::npos);
}

TEST(ClassDrift, GoesOnBitForBitAfterARestart) {
    Rig whole(withClasses());
    Rig broken(withClasses());
    for (int i = 0; i < 5; ++i) {
        for (Rig* rig : {&whole, &broken})
            classTick(*rig, {{"ham", 150}, {"spam", 40 + static_cast<uint64_t>(i)}});
        broken.restart();
    }
    EXPECT_EQ(whole.said(), broken.said());
}

TEST(Drift, LooksOnlyWhenEnoughWasSeen) {
    Rig rig(withScore(1.0));
    driftTick(rig, {0, 0, 0, 2, 3, 1, 0, 0, 0, 0});
    EXPECT_EQ(rig.metric("score").verdict, Verdict::Continue);
    EXPECT_GT(rig.metric("score").samplesNeeded, 0u);
    EXPECT_FALSE(rig.said().harm);
}

TEST(Drift, AVerdictStandsUntilTheNextLook) {
    Rig rig(withScore(.3));
    const std::vector<uint64_t> good{40, 20, 8, 5, 3, 3, 5, 8, 20, 40};
    for (int i = 0; i < 4; ++i) driftTick(rig, good);
    ASSERT_EQ(rig.metric("score").verdict, Verdict::Safe);
    const std::vector<uint64_t> bad{0, 0, 5, 30, 60, 45, 12, 0, 0, 0};
    for (int i = 5; i < 8; ++i) driftTick(rig, bad);
    EXPECT_EQ(rig.metric("score").verdict, Verdict::Safe);
    driftTick(rig, bad);  // the eighth
    EXPECT_EQ(rig.metric("score").verdict, Verdict::Harm);
}

TEST(Drift, WarmingPodsAreNotCompared) {
    Rig rig(withScore(1.0));
    api::PodSample canary =
        pod("c1", {{"errors", requests(150, 0)}, {"score", scores({0, 0, 5, 30, 60, 45, 0, 0, 0, 0})}});
    canary.warm = false;
    rig.tick({pod("s1", {{"errors", requests(300, 0)}, {"score", scores(kGood)}})}, {canary});
    EXPECT_EQ(rig.metric("score").verdict, Verdict::NoData);
}

TEST(Drift, HistogramsWithoutACommonEdgeAreInvalidAndHold) {
    Rig rig(withScore(1.0));
    api::Counts other;
    other.edges = {.15, .85};
    other.buckets = {50, 50, 50};
    other.total = 150;
    rig.tick({pod("s1", {{"errors", requests(300, 0)}, {"score", scores(kGood)}})},
             {pod("c1", {{"errors", requests(150, 0)}, {"score", other}})});
    EXPECT_EQ(rig.said().verdict, Verdict::Invalid);
    EXPECT_EQ(rig.metric("score").verdict, Verdict::Invalid);
    EXPECT_TRUE(rig.said().noDataSince.has_value());
    EXPECT_FALSE(rig.said().harm || rig.said().safe);
}

TEST(Drift, EveryStepJudgesItsOwnCounts) {
    Rig rig(withScore(1.0));
    for (int i = 0; i < 4; ++i) driftTick(rig, kGood);
    ASSERT_TRUE(rig.said().safe);
    rig.step(1);
    EXPECT_EQ(rig.metric("score").verdict, Verdict::NoData);
    driftTick(rig, {0, 0, 5, 30, 60, 45, 12, 0, 0, 0});
    EXPECT_TRUE(rig.said().harm);
}

api::Analysis errorsOnly() {
    return analysisOf({errorMetric()});
}

void soakTick(Rig& rig, uint64_t bad) {
    rig.tick({pod("s1", {})},
             {pod("c1", {{"errors", requests(200, bad)}}), pod("c2", {{"errors", requests(200, bad)}})});
}

TEST(Soak, APromotedVersionThatErrsAboveStablesOwnRecordIsABreach) {
    Rig rig(errorsOnly());
    for (int i = 0; i < 40; ++i) rig.errors(300, 3, 900, 9);
    rig.mode(api::JudgeMode::Soak);
    for (int i = 0; i < 20; ++i) soakTick(rig, 2);
    EXPECT_FALSE(rig.said().harm);
    EXPECT_TRUE(rig.said().calm);
    const int ticks = rig.ticksUntilHarm(30, [&] { soakTick(rig, 20); });
    EXPECT_TRUE(rig.said().harm);
    EXPECT_LE(ticks, 10);
    EXPECT_EQ(rig.said().headline.rfind("errs 10.0 % of late (", 0), 0u) << rig.said().headline;
    EXPECT_NE(rig.said().headline.find(" requests), limit 2.1 %"), std::string::npos) << rig.said().headline;
}

TEST(Soak, ABreachFromItsBeginningIsToldOfAllOfIt) {
    Rig rig(errorsOnly());
    for (int i = 0; i < 40; ++i) rig.errors(300, 3, 900, 9);
    rig.mode(api::JudgeMode::Soak);
    rig.ticksUntilHarm(30, [&] { soakTick(rig, 20); });
    EXPECT_EQ(rig.said().headline, "errs 10.0 % after promotion, limit 2.1 %");
}

TEST(Soak, ABreachAtTheEndOfItIsFoundNearlyAsSoonAsAtItsBeginning) {
    Rig rig(errorsOnly());
    for (int i = 0; i < 40; ++i) rig.errors(300, 3, 900, 9);
    rig.mode(api::JudgeMode::Soak);
    Rig late = rig;
    for (int i = 0; i < 180; ++i) soakTick(late, 2);
    const auto breach = [](Rig& soaking) {
        return soaking.ticksUntilHarm(60, [&] { soakTick(soaking, 12); });
    };
    const int atOnce = breach(rig);
    EXPECT_LE(breach(late), atOnce + 3);
}

TEST(Soak, ARiseWithinTheMarginIsNone) {
    Rig rig(errorsOnly());
    for (int i = 0; i < 40; ++i) rig.errors(300, 3, 900, 9);
    rig.mode(api::JudgeMode::Soak);
    for (int i = 0; i < 200; ++i) soakTick(rig, 3);
    EXPECT_FALSE(rig.said().harm);
}

TEST(Soak, OneBadPodOfTwoIsNoBreach) {
    Rig rig(errorsOnly());
    for (int i = 0; i < 40; ++i) rig.errors(300, 3, 900, 9);
    rig.mode(api::JudgeMode::Soak);
    for (int i = 0; i < 30; ++i) {
        rig.tick({}, {pod("c1", {{"errors", requests(200, 80)}}), pod("c2", {{"errors", requests(200, 1)}})});
    }
    EXPECT_FALSE(rig.said().harm);
}

TEST(Soak, WithoutDataNothingHappens) {
    Rig rig(errorsOnly());
    for (int i = 0; i < 40; ++i) rig.errors(300, 3, 900, 9);
    rig.mode(api::JudgeMode::Soak);
    for (int i = 0; i < 100; ++i) rig.tick({}, {});
    EXPECT_FALSE(rig.said().harm || rig.said().noDataSince.has_value() || rig.said().starved);
}

TEST(Soak, GoesOnAfterARestart) {
    Rig rig(errorsOnly());
    for (int i = 0; i < 40; ++i) rig.errors(300, 3, 900, 9);
    rig.mode(api::JudgeMode::Soak);
    for (int i = 0; i < 3; ++i) soakTick(rig, 5);
    const api::Judgement before = rig.said();
    rig.restart();
    EXPECT_EQ(rig.said(), before);
}

TEST(Soak, KeepsTheAbsoluteLimitWithoutARecordOfStable) {
    api::Metric metric = errorMetric();
    metric.max = .05;
    Rig rig(analysisOf({metric}));
    rig.mode(api::JudgeMode::Soak);
    rig.ticksUntilHarm(20, [&] { soakTick(rig, 30); });
    EXPECT_TRUE(rig.said().harm);
    EXPECT_NE(rig.said().headline.find("limit 5.0 %"), std::string::npos) << rig.said().headline;
}

TEST(Feasibility, TooLittleTrafficIsSaidBeforeTheRollout) {
    Rig rig(errorsOnly());
    rig.mode(api::JudgeMode::Evaluate);
    for (int i = 0; i < 3; ++i) rig.tick({pod("s1", {{"errors", requests(2, 0)}})}, {});
    const std::string warning = rig.said().warning;
    EXPECT_EQ(warning.rfind("InsufficientTraffic: 0.2 requests/s", 0), 0u) << warning;
    EXPECT_NE(warning.find("> deadline 30m"), std::string::npos) << warning;
    for (int i = 0; i < 3; ++i) rig.tick({pod("s1", {{"errors", requests(2000, 0)}})}, {});
    EXPECT_EQ(rig.said().warning, "");
}

TEST(Feasibility, NoTrafficIsSaidToo) {
    Rig rig(errorsOnly());
    rig.mode(api::JudgeMode::Evaluate);
    for (int i = 0; i < 3; ++i) rig.tick({pod("s1", {{"errors", requests(0, 0)}})}, {});
    EXPECT_EQ(rig.said().warning.rfind("InsufficientTraffic: the stable version answered no requests", 0), 0u)
        << rig.said().warning;
}

}  // namespace
}  // namespace serin::judge
