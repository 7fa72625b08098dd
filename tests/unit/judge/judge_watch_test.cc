#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "judge/harm_evidence.h"
#include "judge/log_math.h"
#include "judge/soak.h"
#include "rig.h"

namespace serin::judge {
namespace {

using api::JudgeMode;

constexpr int kLooksOfADay = 24 * 360;

api::Analysis watched() {
    return analysisOf({errorMetric()});
}

// A rollout in which both versions erred in 1 % of their requests, and its soak.
Rig promoted(const api::Analysis& analysis) {
    Rig rig(analysis);
    for (int i = 0; i < 40; ++i) rig.errors(300, 3, 900, 9);
    rig.mode(JudgeMode::Soak);
    return rig;
}

void watchTick(Rig& rig, uint64_t bad) {
    rig.tick({}, {pod("c1", {{"errors", requests(200, bad)}}), pod("c2", {{"errors", requests(200, bad)}})});
}

TEST(Watch, FindsARegressionThatComesAfterADayWithinMinutes) {
    Rig rig = promoted(watched());
    rig.mode(JudgeMode::Watch);
    for (int i = 0; i < kLooksOfADay; ++i) watchTick(rig, 2);
    ASSERT_FALSE(rig.said().harm);
    const int ticks = rig.ticksUntilHarm(30, [&] { watchTick(rig, 12); });
    EXPECT_TRUE(rig.said().harm);
    EXPECT_LE(ticks, 6);
}

TEST(Watch, FindsItSoonerThanTheSoaksEvidenceWhichBetsOnAnEarlyStart) {
    Rig soaking = promoted(watched());
    Rig watching = promoted(watched());
    watching.mode(JudgeMode::Watch);
    for (Rig* rig : {&soaking, &watching}) {
        for (int i = 0; i < kLooksOfADay; ++i) watchTick(*rig, 2);
    }
    const auto found = [](Rig& rig) { return rig.ticksUntilHarm(360, [&] { watchTick(rig, 6); }); };
    EXPECT_LT(found(watching), found(soaking));
}

TEST(Watch, SaysWhatIsSeenSinceTheHarmBeganAndNotTheDaysMean) {
    Rig rig = promoted(watched());
    rig.mode(JudgeMode::Watch);
    for (int i = 0; i < 1000; ++i) watchTick(rig, 2);
    rig.ticksUntilHarm(30, [&] { watchTick(rig, 12); });
    EXPECT_THAT(rig.said().headline, testing::StartsWith("errs 6.0 % of late ("));
    EXPECT_THAT(rig.said().headline, testing::HasSubstr("limit 2.1 %"));
    EXPECT_NEAR(rig.metric("errors").canary, .06, 1e-9);
}

// A first version: there was no rollout, and no other version that anything is known of.
Rig first(const api::Metric& metric) {
    Rig rig(analysisOf({metric}));
    rig.judge = Judge(analysisOf({metric}));
    rig.order({JudgeMode::Watch, "", "new", 1, -1, rig.now});
    return rig;
}

TEST(FirstWatch, JudgesByTheLimitThatIsStated) {
    api::Metric errors = errorMetric();
    errors.max = .05;
    Rig rig = first(errors);
    for (int i = 0; i < 1000; ++i) watchTick(rig, 6);
    EXPECT_FALSE(rig.said().harm);
    rig.ticksUntilHarm(30, [&] { watchTick(rig, 24); });
    EXPECT_TRUE(rig.said().harm);
    EXPECT_THAT(rig.said().headline, testing::HasSubstr("limit 5.0 %"));
}

TEST(FirstWatch, WithoutALimitNothingIsHarm) {
    Rig rig = first(errorMetric());
    for (int i = 0; i < 100; ++i) watchTick(rig, 200);
    EXPECT_FALSE(rig.said().harm);
}

TEST(FirstWatch, ALatencyIsJudgedAtTheEdgeItsLimitNames) {
    api::Metric latency = latencyMetric();
    latency.slowerThan = .5;
    latency.max = .01;
    Rig rig = first(latency);
    const auto tick = [&](uint64_t slow) {
        rig.tick({}, {pod("c1", {{"latency", histogram({.1, .5}, {150, 50 - slow, slow})}})});
    };
    for (int i = 0; i < 100; ++i) tick(0);
    EXPECT_FALSE(rig.said().harm);
    rig.ticksUntilHarm(60, [&] { tick(20); });
    EXPECT_TRUE(rig.said().harm) << rig.said().headline;
}

TEST(FirstWatch, ALatencyWhoseEdgeTheHistogramLacksIsInvalidAndNamesTheNearest) {
    api::Metric latency = latencyMetric();
    latency.slowerThan = .4;
    latency.max = .01;
    Rig rig = first(latency);
    rig.tick({}, {pod("c1", {{"latency", histogram({.1, .25, .5}, {150, 20, 20, 10})}})});
    EXPECT_EQ(rig.metric("latency").verdict, api::Verdict::Invalid);
    EXPECT_EQ(rig.metric("latency").message,
              "latency: the histogram has no edge at slowerThan, 0.4 s; state one that it has, the nearest: "
              "250ms and 500ms (its edges are 0.1, 0.25, 0.5)");
}

TEST(FirstWatch, AMeanIsJudgedByItsLimit) {
    Rig rig = first(limitedValue({20, std::nullopt}));
    const auto tick = [&](double value) {
        rig.tick({}, {pod("c1", {{"value", observed(100, 100 * value)}})});
    };
    for (int i = 0; i < 120; ++i) tick(25);
    EXPECT_FALSE(rig.said().harm);
    rig.ticksUntilHarm(600, [&] { tick(18); });
    EXPECT_TRUE(rig.said().harm) << rig.said().headline;
}

TEST(Watch, ARiseWithinTheMarginIsNone) {
    Rig rig = promoted(watched());
    rig.mode(JudgeMode::Watch);
    for (int i = 0; i < kLooksOfADay; ++i) watchTick(rig, 3);
    EXPECT_FALSE(rig.said().harm);
}

TEST(Watch, OneBadPodOfTwoIsNoBreach) {
    Rig rig = promoted(watched());
    rig.mode(JudgeMode::Watch);
    for (int i = 0; i < 100; ++i) {
        rig.tick({}, {pod("c1", {{"errors", requests(200, 80)}}), pod("c2", {{"errors", requests(200, 1)}})});
    }
    EXPECT_FALSE(rig.said().harm);
}

TEST(Watch, TheOnlyPodThatIsLeftOfTwoIsJudgedByItself) {
    Rig rig = promoted(watched());
    rig.mode(JudgeMode::Watch);
    for (int i = 0; i < 100; ++i) watchTick(rig, 2);
    const auto alone = [&] { rig.tick({}, {pod("c1", {{"errors", requests(400, 24)}})}); };
    EXPECT_LE(rig.ticksUntilHarm(30, alone), 6);
    EXPECT_TRUE(rig.said().harm);
}

TEST(Watch, HasTheEvaluationsLimitsWhereAPersonPromotedBeforeAnythingWasCompared) {
    Rig rig(watched());
    const api::JudgeOrder compare = rig.order();
    rig.mode(JudgeMode::Evaluate);
    for (int i = 0; i < 5; ++i) rig.tick({pod("s1", {{"errors", requests(900, 9)}})}, {});
    rig.order(compare);
    rig.mode(JudgeMode::Soak);
    rig.mode(JudgeMode::Watch);
    rig.ticksUntilHarm(30, [&] { watchTick(rig, 12); });
    EXPECT_TRUE(rig.said().harm);
    EXPECT_THAT(rig.said().headline, testing::HasSubstr("limit 2.4 %"));
}

TEST(Watch, GoesOnBitForBitAfterARestart) {
    Rig rig = promoted(watched());
    rig.mode(JudgeMode::Watch);
    for (int i = 0; i < 3; ++i) watchTick(rig, 6);
    const api::Judgement before = rig.said();
    ASSERT_GT(rig.metric("errors").evidence, 0);
    rig.restart();
    EXPECT_EQ(rig.said(), before);
}

TEST(Watch, FindsItsLimitsInThePersistedTextAlthoughItWasShownThePastAtFirst) {
    Rig rig = promoted(watched());
    rig.mode(JudgeMode::Watch);
    watchTick(rig, 2);
    const std::string state = rig.said().state;
    rig.judge = Judge(watched());
    rig.judge.order({JudgeMode::Evaluate, "older", "", 1, -1, std::nullopt});
    rig.judge.recall(state, rig.order());
    rig.judge.order(rig.order());
    rig.ticksUntilHarm(30, [&] { watchTick(rig, 12); });
    EXPECT_TRUE(rig.said().harm);
}

TEST(Watch, TextAboutAnotherAttemptIsNotTakenUp) {
    Rig rig = promoted(watched());
    const std::string state = rig.said().state;
    Judge other(watched());
    other.order({JudgeMode::Evaluate, "old", "", 2, -1, std::nullopt});
    const api::Judgement before = other.judgement();
    other.recall(state, {JudgeMode::Compare, "old", "new", 2, 0, rig.now});
    EXPECT_EQ(other.judgement(), before);
}

TEST(Watch, BeginsAnewAfterTheSoak) {
    Rig rig = promoted(watched());
    for (int i = 0; i < 3; ++i) watchTick(rig, 8);
    ASSERT_GT(rig.metric("errors").evidence, 0);
    rig.mode(JudgeMode::Watch);
    EXPECT_EQ(rig.metric("errors").evidence, 0);
}

TEST(Watch, AMetricThatIsDefinedOtherwiseIsWatchedByItsOwnLimitAlone) {
    Rig rig = promoted(watched());
    rig.mode(JudgeMode::Watch);
    api::Metric metric = errorMetric();
    metric.max = .05;
    rig.judge.setAnalysis(analysisOf({metric}));
    for (int i = 0; i < 1000; ++i) watchTick(rig, 8);
    EXPECT_FALSE(rig.said().harm);
    rig.ticksUntilHarm(30, [&] { watchTick(rig, 24); });
    EXPECT_THAT(rig.said().headline, testing::HasSubstr("limit 5.0 %"));
}

TEST(Watch, TheChanceOfAFalseAlarmIsSharedByAllItsLooks) {
    api::Analysis analysis = watched();
    analysis.watchFor = std::chrono::hours(24);
    EXPECT_EQ(watchedLooks(analysis), kLooksOfADay);
    analysis.watchFor.reset();
    EXPECT_EQ(watchedLooks(analysis), 30 * kLooksOfADay);
    analysis.watchFor = std::chrono::seconds(1);
    EXPECT_EQ(watchedLooks(analysis), 1);
}

api::Metric limitedTo(double limit) {
    api::Metric metric;
    metric.max = limit;
    return metric;
}

double chance(int n, int k, double p) {
    return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(p) +
                    (n - k) * std::log1p(-p));
}

// The promise behind the threshold, by enumeration: at the limit itself the mean of M is the number of looks.
TEST(Detector, HasTheNumberOfLooksAsItsMeanWhereTheRateIsTheLimit) {
    constexpr int kRequests = 5;
    const api::Metric metric = limitedTo(.2);
    double mean = 0;
    for (int a = 0; a <= kRequests; ++a) {
        for (int b = 0; b <= kRequests; ++b) {
            for (int c = 0; c <= kRequests; ++c) {
                HarmMixture detector;
                detector.detects = true;
                double weight = 1;
                for (const int bad : {a, b, c}) {
                    weight *= chance(kRequests, bad, .2);
                    detector.add(HarmTick(metric, {kRequests, static_cast<uint64_t>(bad), 0, 0}, 1));
                }
                mean += weight * std::exp(detector.evidence(metric));
            }
        }
    }
    EXPECT_NEAR(mean, 3, 1e-12);
}

TEST(Detector, AnIntervalWithoutRequestsIsNoLook) {
    const api::Metric metric = limitedTo(.2);
    HarmMixture detector;
    detector.detects = true;
    detector.add(HarmTick(metric, {10, 4, 0, 0}, 1));
    const HarmMixture before = detector;
    detector.add(HarmTick(metric, {0, 0, 0, 0}, 1));
    EXPECT_EQ(detector, before);
}

}  // namespace
}  // namespace serin::judge
