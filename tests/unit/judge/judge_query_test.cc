#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "judge/standing.h"
#include "judge/strata.h"
#include "rig.h"

namespace serin::judge {
namespace {

using api::JudgeMode;
using api::Verdict;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr const char* kName = "order-value";

api::Analysis guarded() {
    return analysisOf({errorMetric(), queryMetric()});
}
// The query alone decides.
api::Analysis alone() {
    api::Metric errors = errorMetric();
    errors.observeOnly = true;
    return analysisOf({errors, queryMetric()});
}

// A rollout in which nothing fails and a query is answered once an interval.
class Looking : public Rig {
  public:
    using Rig::Rig;

    api::Stratum looked(std::optional<double> value, const std::string& trouble = "") {
        const std::vector<api::PodSample> pods{pod("s1", {{"errors", requests(150, 0)}}),
                                               pod("s2", {{"errors", requests(150, 0)}})};
        api::Stratum out = stratum(order().afterPromotion() ? std::vector<api::PodSample>{} : pods, canary);
        out.looks[kName] = {{now, value, trouble}};
        return out;
    }
    void look(double value) { judge.add(looked(value)); }
    void unanswered(const std::string& trouble) { judge.add(looked(std::nullopt, trouble)); }
    api::MetricVerdict query() const { return metric(kName); }

    std::vector<api::PodSample> canary{pod("c1", {{"errors", requests(100, 0)}})};
};

constexpr double kGood = 24.5;
constexpr double kBad = 18.25;

TEST(JudgeQuery, AVersionThatIsBeyondItsLimitInEveryLookIsTakenBackAfterThirteen) {
    Looking rig(guarded());
    EXPECT_EQ(rig.ticksUntilHarm(100, [&] { rig.look(kBad); }), 13);
    EXPECT_EQ(rig.said().headline, "order-value is 18.2, below 20 in 13 of 13 looks");
    EXPECT_EQ(rig.query().verdict, Verdict::Harm);
    EXPECT_EQ(rig.query().samples, 13u);
    EXPECT_EQ(rig.query().canary, kBad);
    Looking single(alone());
    EXPECT_EQ(single.ticksUntilHarm(100, [&] { single.look(kBad); }), 13);
}

TEST(JudgeQuery, AVersionThatIsWithinItsLimitIsSafeAfterSixLooks) {
    Looking rig(guarded());
    for (int i = 0; i < 5; ++i) rig.look(20);  // on the limit is within it
    EXPECT_EQ(rig.query().verdict, Verdict::Continue);
    EXPECT_EQ(rig.query().samplesNeeded, 1u);
    EXPECT_EQ(rig.query().secondsNeeded, 10u);
    EXPECT_EQ(rig.query().message,
              "order-value is 20, below 20 in none of 5 looks, about 1 more look (10 s) to call it safe");
    rig.look(20);
    EXPECT_EQ(rig.query().verdict, Verdict::Safe);
    EXPECT_EQ(rig.query().samplesNeeded, 0u);
    EXPECT_EQ(rig.query().message,
              "order-value is 20, below 20 in none of 6 looks, safe: in fewer than half of them");
}

TEST(JudgeQuery, OneBadLookIsForgivenAndCostsAFew) {
    Looking rig(guarded());
    rig.look(kBad);
    int looks = 1;
    for (; rig.query().verdict != Verdict::Safe && looks < 100; ++looks) rig.look(kGood);
    EXPECT_EQ(looks, 11);
    EXPECT_FALSE(rig.said().harm);
}

TEST(JudgeQuery, ANumberThatIsBeyondItsLimitEverySecondLookIsNeitherHarmNorSafe) {
    Looking rig(guarded());
    for (int i = 0; i < 500; ++i) {
        rig.look(i % 2 == 0 ? kBad : kGood);
        ASSERT_FALSE(rig.said().harm) << i;
        ASSERT_NE(rig.query().verdict, Verdict::Safe) << i;
    }
    EXPECT_THAT(rig.query().message, HasSubstr("below 20 in 250 of 500 looks"));
}

TEST(JudgeQuery, SaysOnWhichSideOfWhichLimitsTheNumberIs) {
    const auto message = [](std::optional<double> min, std::optional<double> max, double value) {
        api::Analysis analysis = guarded();
        analysis.metrics[1].query.min = min;
        analysis.metrics[1].query.max = max;
        Looking rig(analysis);
        rig.look(value);
        return rig.query().message;
    };
    EXPECT_THAT(message(std::nullopt, 0.5, 0.75), HasSubstr("is 0.75, above 0.5 in 1 of 1 look"));
    EXPECT_THAT(message(std::nullopt, 0.5, -9), HasSubstr("is -9, above 0.5 in none of 1 look"));
    EXPECT_THAT(message(-1, 1, 1.5), HasSubstr("is 1.5, outside of -1 to 1 in 1 of 1 look"));
    EXPECT_THAT(message(-1, 1, -1.5), HasSubstr("is -1.5, outside of -1 to 1 in 1 of 1 look"));
    EXPECT_THAT(message(-1, 1, -1), HasSubstr("is -1, outside of -1 to 1 in none of 1 look"));
}

TEST(JudgeQuery, WhatBeginsWithAStepIsFoundByTheStepsOwnLooks) {
    Looking rig(guarded());
    for (int i = 0; i < 60; ++i) rig.look(kGood);
    rig.step(1);
    EXPECT_EQ(rig.ticksUntilHarm(100, [&] { rig.look(kBad); }), 17);
    EXPECT_EQ(rig.said().headline, "order-value is 18.2, below 20 in 17 of 17 looks in this step");
}

TEST(JudgeQuery, WhatBeginsInTheMidstOfAStepIsFoundWithAFewLooksMore) {
    for (const auto& [good, bad] : {std::pair{10, 20}, {30, 22}, {60, 24}}) {
        Looking rig(guarded());
        for (int i = 0; i < good; ++i) rig.look(kGood);
        EXPECT_EQ(rig.ticksUntilHarm(100, [&] { rig.look(kBad); }), bad) << good;
        EXPECT_EQ(rig.said().headline,
                  cat("order-value is 18.2, below 20 in ", bad, " of ", bad, " looks of late"));
    }
}

// What was before is another version's doing, or nobody's.
TEST(JudgeQuery, ALookCountsOnceTheCanaryHasAnsweredForAnInterval) {
    Looking rig(guarded());
    rig.canary[0].serving = seconds(0);
    for (int i = 0; i < 30; ++i) rig.look(kBad);
    EXPECT_FALSE(rig.said().harm);
    EXPECT_EQ(rig.query().samples, 0u);
    EXPECT_EQ(rig.query().verdict, Verdict::NoData);
    EXPECT_EQ(rig.query().message,
              "no look at order-value yet; one counts once the canary has answered requests for an interval");
    rig.canary[0].serving = seconds(3);
    rig.look(kBad);
    EXPECT_EQ(rig.query().samples, 1u);
    rig.canary.push_back(pod("c2", {}));
    rig.canary[0].serving = seconds(0);
    rig.look(kBad);
    EXPECT_EQ(rig.query().samples, 2u) << "one of its pods is enough";
}

TEST(JudgeQuery, AShorterIntervalThanTheLookIsBackOverIsNotEnough) {
    api::Analysis analysis = guarded();
    analysis.interval = seconds(30);
    Looking rig(analysis);
    rig.canary[0].serving = seconds(19);
    rig.look(kBad);
    EXPECT_EQ(rig.query().samples, 0u);
    rig.canary[0].serving = seconds(20);
    rig.look(kBad);
    EXPECT_EQ(rig.query().samples, 1u);
}

TEST(JudgeQuery, WhileTheCanaryIsColdLooksProveHarmAndNothingGood) {
    Looking rig(guarded());
    rig.canary[0].warm = false;
    for (int i = 0; i < 30; ++i) rig.look(kGood);
    EXPECT_EQ(rig.query().verdict, Verdict::Continue);
    EXPECT_EQ(rig.query().samples, 30u);
    Looking bad(guarded());
    bad.canary[0].warm = false;
    EXPECT_EQ(bad.ticksUntilHarm(100, [&] { bad.look(kBad); }), 13);
}

TEST(JudgeQuery, AGuardWithoutAnAnswerHoldsAndSaysWhy) {
    Looking rig(guarded());
    for (int i = 0; i < 40; ++i) rig.look(kGood);
    rig.canary[0].counts["errors"] = requests(1000, 0);
    while (!rig.said().safe) rig.look(kGood);
    rig.unanswered("Prometheus at http://p: HTTP 503");
    const Timestamp since = rig.now;
    rig.unanswered("Prometheus at http://p: HTTP 503");
    const api::Judgement said = rig.said();
    EXPECT_EQ(said.verdict, Verdict::NoData);
    EXPECT_EQ(said.noDataSince, since);
    EXPECT_EQ(said.holding, "order-value: Prometheus at http://p: HTTP 503");
    EXPECT_FALSE(said.safe);
    EXPECT_EQ(rig.query().verdict, Verdict::NoData);
    EXPECT_THAT(rig.query().message,
                HasSubstr("order-value: Prometheus at http://p: HTTP 503; before that below "
                          "20 in none of "));
    rig.look(kGood);
    EXPECT_FALSE(rig.said().noDataSince.has_value());
    EXPECT_TRUE(rig.said().safe);
}

TEST(JudgeQuery, WithoutAnyAnswerNothingIsSafeHoweverLong) {
    Looking rig(guarded());
    rig.canary[0].counts["errors"] = requests(1000, 0);
    for (int i = 0; i < 200; ++i) rig.unanswered("HTTP 503");
    EXPECT_FALSE(rig.said().safe || rig.said().harm);
    EXPECT_EQ(rig.query().verdict, Verdict::NoData);
    EXPECT_EQ(rig.query().message, "order-value: HTTP 503");
    EXPECT_EQ(rig.query().evidence, 0);
}

TEST(JudgeQuery, AnObserverWithoutAnAnswerHoldsNobody) {
    api::Analysis analysis = guarded();
    analysis.metrics[1].observeOnly = true;
    Looking rig(analysis);
    rig.unanswered("HTTP 503");
    EXPECT_FALSE(rig.said().noDataSince.has_value());
    EXPECT_EQ(rig.query().verdict, Verdict::NoData);
    for (int i = 0; i < 20; ++i) rig.look(kBad);
    EXPECT_EQ(rig.query().verdict, Verdict::Harm);
    EXPECT_FALSE(rig.said().harm);
}

TEST(JudgeQuery, AnAnswerThatIsMissingBeforeTheCanaryServesHoldsNobody) {
    Looking rig(guarded());
    rig.canary[0].serving = seconds(0);
    rig.unanswered("it answered with no series");
    EXPECT_FALSE(rig.said().noDataSince.has_value());
}

TEST(JudgeQuery, BelongsToNoPodAndSoCondemnsTheVersionWhateverPodsDo) {
    Looking rig(guarded());
    rig.canary.push_back(pod("c2", {{"errors", requests(100, 0)}}));
    EXPECT_EQ(rig.ticksUntilHarm(100, [&] { rig.look(kBad); }), 13);
    EXPECT_EQ(rig.said().suspect, "");
    EXPECT_THAT(rig.said().headline, testing::Not(HasSubstr("one pod")));
}

TEST(JudgeQuery, KeepsItsEvidenceOfHarmAndProvesSafetyAnewWhenAPodIsReplaced) {
    Looking rig(guarded());
    rig.canary.push_back(pod("c2", {{"errors", requests(100, 0)}}));
    for (int i = 0; i < 3; ++i) rig.look(kBad);
    for (int i = 0; i < 40; ++i) rig.look(kGood);
    const double evidence = rig.query().evidence;
    ASSERT_EQ(rig.query().verdict, Verdict::Safe);
    api::JudgeOrder order = rig.order();
    order.without = "pod-c1";
    rig.order(order);
    EXPECT_EQ(rig.query().evidence, evidence);
    EXPECT_EQ(rig.query().samples, 43u);
    EXPECT_EQ(rig.query().verdict, Verdict::Continue);
    for (int i = 0; i < 6; ++i) rig.look(kGood);
    EXPECT_EQ(rig.query().verdict, Verdict::Safe);
}

TEST(JudgeQuery, GoesOnInTheSoakByTheSameLimit) {
    Looking rig(guarded());
    for (int i = 0; i < 20; ++i) rig.look(kGood);
    rig.mode(JudgeMode::Soak);
    rig.unanswered("HTTP 503");
    EXPECT_EQ(rig.query().verdict, Verdict::NoData);
    EXPECT_EQ(rig.query().message, "order-value: HTTP 503");
    EXPECT_EQ(rig.ticksUntilHarm(100, [&] { rig.look(kBad); }), 14);
    EXPECT_EQ(rig.said().headline, "order-value is 18.2, below 20 in 14 of 14 looks after promotion");
}

TEST(JudgeQuery, IsFoundInTheWatchHoweverLongItWasGood) {
    Looking rig(guarded());
    for (int i = 0; i < 20; ++i) rig.look(kGood);
    rig.mode(JudgeMode::Soak);
    rig.mode(JudgeMode::Watch);
    for (int i = 0; i < 5000; ++i) rig.look(i % 4 == 1 ? kBad : kGood);
    ASSERT_FALSE(rig.said().harm);
    for (int i = 0; i < 100; ++i) rig.look(kGood);
    EXPECT_EQ(rig.ticksUntilHarm(100, [&] { rig.look(kBad); }), 26);
    // The first two are within what good looks leave of evidence.
    EXPECT_EQ(rig.said().headline, "order-value is 18.2, below 20 in 24 of 24 looks of late");
}

TEST(JudgeQuery, LosesNoLookWhenIntervalsAreMerged) {
    Looking rig(guarded());
    api::Stratum first = rig.looked(kBad);
    first.spread = seconds(3);
    rig.judge.add(first);
    EXPECT_EQ(rig.query().samples, 0u);
    rig.look(kGood);
    EXPECT_EQ(rig.query().samples, 2u);
    EXPECT_THAT(rig.query().message, HasSubstr("is 24.5, below 20 in 1 of 2 looks"));
    const api::Stratum merged = mergedStrata(first, rig.looked(kGood));
    EXPECT_EQ(merged.looks.at(kName).size(), 2u);
    EXPECT_EQ(merged.looks.at(kName).front().value, kBad);
}

TEST(JudgeQuery, ARestartedJudgeGoesOnBitForBit) {
    Looking whole(guarded()), interrupted(guarded());
    for (int i = 0; i < 40; ++i) {
        const std::optional<double> value =
            i % 7 == 3 ? std::nullopt : std::optional(i % 3 == 0 ? kBad : 20 + i / 3.0);
        const api::Stratum stratum = whole.looked(value, value ? "" : "HTTP 503");
        whole.judge.add(stratum);
        interrupted.now = whole.now;
        interrupted.judge.add(stratum);
        interrupted.restart();
        ASSERT_EQ(whole.said(), interrupted.said()) << i;
    }
    EXPECT_EQ(whole.query().samples, 34u);
}

TEST(JudgeQuery, AnotherLimitStartsAnewAndAnotherPrometheusDoesNot) {
    Looking rig(guarded());
    for (int i = 0; i < 4; ++i) rig.look(kBad);
    api::Analysis analysis = guarded();
    analysis.metrics[1].query.source = api::PrometheusSource{"http://other:9090"};
    rig.judge.setAnalysis(analysis);
    EXPECT_EQ(rig.query().samples, 4u);
    analysis.metrics[1].query.min = 15;
    rig.judge.setAnalysis(analysis);
    EXPECT_EQ(rig.query().samples, 0u);
    rig.look(kBad);
    EXPECT_THAT(rig.query().message, HasSubstr("below 15 in none of 1 look"));
}

TEST(JudgeQuery, SaysHowManyLooksItWaitsFor) {
    Looking rig(alone());
    rig.look(kGood);
    EXPECT_EQ(rig.said().holding, "waiting for 5 more looks (50 s) to call order-value safe");
}

// Labels that come ten minutes after the prediction.
api::Analysis delayed() {
    api::Analysis out = guarded();
    out.metrics[1].query.delay = std::chrono::minutes(10);
    return out;
}

TEST(JudgeQuery, WithADelayALookCountsOnceTheVersionHasAnsweredForLongerWhicheverPodsDid) {
    Looking rig(delayed());
    rig.canary[0].counts["errors"] = requests(0, 0);
    for (int i = 0; i < 10; ++i) rig.look(kBad);  // nobody asks it anything
    rig.canary[0].counts["errors"] = requests(100, 0);
    for (int i = 0; i < 60; ++i) {
        if (i == 30) rig.canary = {pod("c2", {{"errors", requests(100, 0)}})};
        rig.look(kBad);
    }
    EXPECT_EQ(rig.query().samples, 0u);
    EXPECT_EQ(rig.query().verdict, Verdict::Continue);
    EXPECT_EQ(rig.query().message,
              "no look at order-value counts yet, the first one does when the version has answered requests "
              "for 10m10s");
    EXPECT_EQ(rig.ticksUntilHarm(100, [&] { rig.look(kBad); }), 13);
    EXPECT_EQ(rig.said().headline, "order-value is 18.2, below 20 in 13 of 13 looks");
}

TEST(JudgeQuery, APromotionDoesNotWaitForWhatComesLater) {
    Looking rig(delayed());
    rig.canary[0].counts["errors"] = requests(1000, 0);
    for (int i = 0; i < 30 && !rig.said().safe; ++i) rig.unanswered("it answered with no series");
    EXPECT_TRUE(rig.said().safe) << "by its errors";
    EXPECT_FALSE(rig.said().noDataSince.has_value());
    EXPECT_EQ(rig.query().samplesNeeded, 0u);
    EXPECT_EQ(rig.query().verdict, Verdict::NoData);
    EXPECT_EQ(rig.query().message,
              "order-value: it answered with no series; no look counts yet, the first one does when the "
              "version has answered requests for 10m10s");
    // Nor when its time has come.
    for (int i = 0; i < 70; ++i) rig.unanswered("it answered with no series");
    EXPECT_TRUE(rig.said().safe);
    EXPECT_FALSE(rig.said().noDataSince.has_value());
    EXPECT_EQ(rig.said().headline.find("order-value"), std::string::npos);
}

TEST(JudgeQuery, WhatComesLaterIsHarmAfterThePromotionTooAndARestartForgetsNothing) {
    Looking rig(delayed());
    for (int i = 0; i < 20; ++i) rig.look(kBad);
    rig.mode(JudgeMode::Soak);
    for (int i = 0; i < 10; ++i) rig.look(kBad);
    rig.mode(JudgeMode::Watch);
    rig.restart();
    for (int i = 0; i < 30; ++i) rig.look(kBad);
    EXPECT_EQ(rig.query().samples, 0u);
    rig.look(kBad);
    EXPECT_EQ(rig.query().samples, 1u) << "ten minutes and an interval after the first request";
    EXPECT_EQ(rig.ticksUntilHarm(100, [&] { rig.look(kBad); }), 25);
}

TEST(JudgeQuery, NeedsNoTrafficForAVerdict) {
    Looking rig(alone());
    rig.mode(JudgeMode::Evaluate);
    for (int i = 0; i < 4; ++i) {
        rig.judge.add(rig.stratum({pod("s1", {{"errors", requests(1, 0)}})}, {}));
    }
    EXPECT_EQ(rig.said().warning, "");
}

}  // namespace
}  // namespace serin::judge
