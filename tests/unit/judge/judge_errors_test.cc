#include <gtest/gtest.h>

#include "base/text.h"
#include "rig.h"

namespace serin::judge {
namespace {

using api::Verdict;
using std::chrono::seconds;

api::Analysis errorsOnly() {
    return analysisOf({errorMetric()});
}

TEST(Judge, CallsAGoodCanaryWithoutErrorsSafeAfterAbout370Requests) {
    Rig rig(errorsOnly());
    for (int i = 0; i < 17; ++i) rig.errors(20, 0, 60, 0);
    EXPECT_FALSE(rig.said().safe);
    EXPECT_EQ(rig.metric("errors").verdict, Verdict::Continue);
    EXPECT_GT(rig.metric("errors").samplesNeeded, 0u);
    EXPECT_LT(rig.metric("errors").samplesNeeded, 60u);
    EXPECT_GT(rig.metric("errors").secondsNeeded, 0u);
    EXPECT_LT(rig.metric("errors").secondsNeeded, 31u) << "20 came in ten seconds";
    EXPECT_EQ(rig.said().holding.rfind("waiting for ", 0), 0u) << rig.said().holding;
    int more = 0;
    while (!rig.said().safe && more < 10) {
        rig.errors(20, 0, 60, 0);
        ++more;
    }
    EXPECT_TRUE(rig.said().safe);
    EXPECT_NEAR(340 + 20 * more, 370, 30);
    EXPECT_EQ(rig.said().verdict, Verdict::Safe);
    EXPECT_EQ(rig.metric("errors").evidence, 0);
    EXPECT_TRUE(rig.said().calm);
    EXPECT_TRUE(rig.said().warm);
    EXPECT_EQ(rig.said().holding, "");
}

TEST(Judge, TakesBackACanaryThatErrsFiveTimesAsMuch) {
    Rig rig(errorsOnly());
    const int ticks = rig.ticksUntilHarm(30, [&] { rig.errors(300, 15, 900, 9); });
    EXPECT_TRUE(rig.said().harm);
    EXPECT_GE(ticks, 2);
    EXPECT_LE(ticks, 5);
    EXPECT_EQ(rig.said().verdict, Verdict::Harm);
    EXPECT_EQ(rig.metric("errors").verdict, Verdict::Harm);
    EXPECT_FALSE(rig.said().calm);
    EXPECT_FALSE(rig.said().safe);
    const std::string headline = rig.said().headline;
    EXPECT_EQ(headline.rfind("canary errs 5.0 % against 1.0 %, odds ratio at least ", 0), 0u) << headline;
    EXPECT_NE(headline.find(" at 99 % (one pod)"), std::string::npos) << headline;
}

TEST(Judge, KeepsAHarmThatWasOnceDeclared) {
    Rig rig(errorsOnly());
    for (int i = 0; i < 10; ++i) rig.errors(300, 15, 900, 9);
    ASSERT_TRUE(rig.said().harm);
    const std::string headline = rig.said().headline;
    api::Metric weaker = errorMetric();
    weaker.worseOddsRatio = 50;
    rig.judge.setAnalysis(analysisOf({weaker}));
    for (int i = 0; i < 50; ++i) rig.errors(300, 0, 900, 9);
    EXPECT_TRUE(rig.said().harm);
    EXPECT_EQ(rig.said().headline, headline);
}

TEST(Judge, ATinyAbsoluteRiseTakesNothingBack) {
    Rig rig(errorsOnly());
    for (int i = 0; i < 100; ++i) rig.errors(100000, 50, 300000, 30);  // 0.05 % against 0.01 %
    EXPECT_FALSE(rig.said().harm);
}

TEST(Judge, AnAbsoluteLimitCondemnsWhatBothVersionsShare) {
    api::Metric metric = errorMetric();
    metric.max = .05;
    Rig rig(analysisOf({metric}));
    rig.ticksUntilHarm(30, [&] { rig.errors(300, 30, 900, 90); });
    EXPECT_TRUE(rig.said().harm);
    EXPECT_EQ(rig.said().headline, "canary errs 10.0 % against 10.0 %, above the limit 5.0 % (one pod)");
}

TEST(Judge, WithALimitSafetyNeedsBothAnswers) {
    api::Metric metric = errorMetric();
    metric.max = .05;
    Rig both(analysisOf({metric}));
    for (int i = 0; i < 40; ++i) both.errors(300, 14, 900, 42);  // as good as stable, hardly below the limit
    EXPECT_FALSE(both.said().safe);
    metric.worseOddsRatio.reset();
    metric.max = .2;
    Rig limitOnly(analysisOf({metric}));
    for (int i = 0; i < 3; ++i) limitOnly.errors(100, 4, 300, 12);
    EXPECT_TRUE(limitOnly.said().safe);
}

TEST(Judge, SpendsHalfAsMuchFalseAlarmOnEveryRetry) {
    const auto ticksToHarm = [](int attempt) {
        Rig rig(errorsOnly());
        api::JudgeOrder order = rig.order();
        order.attempt = attempt;
        rig.order(order);
        int ticks = 0;
        while (!rig.said().harm && ticks < 100) {
            rig.errors(100, 3, 300, 3);
            ++ticks;
        }
        return ticks;
    };
    EXPECT_LT(ticksToHarm(1), ticksToHarm(8));
    EXPECT_LT(ticksToHarm(8), 100);
}

// Two canary pods of 200 requests a tick; "c1" may err by itself.
void twoPods(Rig& rig, const std::string& first, uint64_t bad) {
    rig.tick({pod("s1", {{"errors", requests(400, 2)}})},
             {pod(first, {{"errors", requests(200, bad)}}), pod("c2", {{"errors", requests(200, 1)}})});
}

TEST(Judge, NamesTheOnePodThatCarriesAllEvidence) {
    Rig rig(analysisOf({errorMetric()}));
    for (int i = 0; i < 5; ++i) twoPods(rig, "c1", 80);
    EXPECT_FALSE(rig.said().harm);
    EXPECT_EQ(rig.said().suspect, "pod-c1");
    Rig good(analysisOf({errorMetric()}));
    for (int i = 0; i < 5; ++i) twoPods(good, "c1", 1);
    EXPECT_EQ(good.said().suspect, "");
}

TEST(Judge, LeavesOutAPodThatWasReplacedAndProvesTheVersionSafeWithoutIt) {
    Rig rig(analysisOf({errorMetric()}));
    for (int i = 0; i < 5; ++i) twoPods(rig, "c1", 80);
    api::JudgeOrder order = rig.order();
    order.without = "pod-c1";
    rig.order(order);
    EXPECT_LT(rig.metric("errors").evidence, 1);
    EXPECT_TRUE(rig.said().calm);
    EXPECT_FALSE(rig.said().safe);
    for (int i = 0; i < 3; ++i) twoPods(rig, "c1", 80);  // it ends slowly
    EXPECT_TRUE(rig.said().calm);
    for (int i = 0; i < 40; ++i) twoPods(rig, "c3", 1);
    EXPECT_TRUE(rig.said().safe);
    EXPECT_LT(rig.metric("errors").canary, .01);
}

TEST(Judge, AnotherPodThatAloneIsWorseAfterThatCondemnsTheVersion) {
    Rig rig(analysisOf({errorMetric()}));
    for (int i = 0; i < 5; ++i) twoPods(rig, "c1", 80);
    api::JudgeOrder order = rig.order();
    order.without = "pod-c1";
    rig.order(order);
    rig.ticksUntilHarm(10, [&] { twoPods(rig, "c3", 80); });
    EXPECT_TRUE(rig.said().harm);
}

TEST(Judge, LeavingOutAPodSurvivesARestart) {
    Rig rig(analysisOf({errorMetric()}));
    for (int i = 0; i < 5; ++i) twoPods(rig, "c1", 80);
    api::JudgeOrder order = rig.order();
    order.without = "pod-c1";
    rig.order(order);
    twoPods(rig, "c3", 1);
    const api::Judgement before = rig.said();
    rig.restart();
    EXPECT_EQ(rig.said(), before);
}

TEST(Judge, OneBadPodOfTwoDoesNotCondemnTheVersion) {
    Rig rig(errorsOnly());
    const auto tick = [&](uint64_t firstBad, uint64_t secondBad) {
        rig.tick({pod("s1", {{"errors", requests(300, 1)}}), pod("s2", {{"errors", requests(300, 2)}})},
                 {pod("c1", {{"errors", requests(150, firstBad)}}),
                  pod("c2", {{"errors", requests(150, secondBad)}})});
    };
    for (int i = 0; i < 20; ++i) tick(60, 1);
    EXPECT_FALSE(rig.said().harm);
    EXPECT_FALSE(rig.said().calm);
    EXPECT_FALSE(rig.said().safe);
    EXPECT_NE(rig.said().holding.find("only pod-c1 is worse"), std::string::npos) << rig.said().holding;
    int more = 0;
    while (!rig.said().harm && more < 10) {
        tick(60, 30);
        ++more;
    }
    EXPECT_TRUE(rig.said().harm);
    EXPECT_EQ(rig.said().headline.find("one pod"), std::string::npos);
}

TEST(Judge, FindsARegressionThatSetsInAtALaterStep) {
    Rig rig(errorsOnly());
    for (int i = 0; i < 60; ++i) rig.errors(300, 3, 900, 9);
    rig.step(1);
    const int ticks = rig.ticksUntilHarm(30, [&] { rig.errors(300, 15, 900, 9); });
    EXPECT_TRUE(rig.said().harm);
    EXPECT_LE(ticks, 6);
}

TEST(Judge, FindsARegressionThatSetsInWithinOneLongStepAndSaysWhatIsSeenSince) {
    Rig rig(errorsOnly());
    for (int i = 0; i < 180; ++i) rig.errors(300, 3, 900, 9);
    ASSERT_LT(rig.metric("errors").evidence, 0);
    const int ticks = rig.ticksUntilHarm(60, [&] { rig.errors(300, 12, 900, 9); });
    EXPECT_TRUE(rig.said().harm);
    EXPECT_LE(ticks, 9);
    EXPECT_EQ(rig.said().headline,
              cat("canary errs 4.0 % against 1.0 % of late (", 300 * ticks, " requests) (one pod)"));
    EXPECT_LT(rig.metric("errors").canary, .02) << "over the attempt";
}

TEST(Judge, ARegressionThatSetsInLateShowsOnAllPodsOrCondemnsNoVersion) {
    Rig rig(errorsOnly());
    const auto tick = [&](uint64_t firstBad, uint64_t secondBad) {
        rig.tick({pod("s1", {{"errors", requests(300, 1)}}), pod("s2", {{"errors", requests(300, 2)}})},
                 {pod("c1", {{"errors", requests(150, firstBad)}}),
                  pod("c2", {{"errors", requests(150, secondBad)}})});
    };
    for (int i = 0; i < 60; ++i) tick(0, 1);
    Rig one = rig;
    EXPECT_LE(rig.ticksUntilHarm(30, [&] { tick(6, 6); }), 12);
    EXPECT_TRUE(rig.said().harm);
    rig = one;
    rig.ticksUntilHarm(30, [&] { tick(60, 0); });
    EXPECT_FALSE(rig.said().harm);
    EXPECT_EQ(rig.said().suspect, "pod-c1");
}

TEST(Judge, PromotionReadsTheLastStepsOwnStrata) {
    Rig rig(errorsOnly());
    for (int i = 0; i < 100; ++i) rig.errors(300, 3, 900, 9);
    ASSERT_TRUE(rig.said().safe);
    rig.step(1);
    EXPECT_FALSE(rig.said().safe);
    EXPECT_EQ(rig.said().canaryRequestsInStep, 0u);
    EXPECT_FALSE(rig.said().warm);
    rig.errors(300, 7, 900, 9);
    rig.errors(300, 7, 900, 9);
    EXPECT_TRUE(rig.said().calm);
    EXPECT_EQ(rig.metric("errors").verdict, Verdict::Safe);
    EXPECT_FALSE(rig.said().safe);  // safe over the attempt, but the step speaks against it
    EXPECT_EQ(rig.said().canaryRequestsInStep, 600u);
    for (int i = 0; i < 20; ++i) rig.errors(300, 2, 900, 9);
    EXPECT_TRUE(rig.said().safe);
}

TEST(Judge, WarmingPodsCountForHarmButNotForSafety) {
    Rig rig(errorsOnly());
    const auto tick = [&](uint64_t bad, bool warm) {
        api::PodSample canary = pod("c1", {{"errors", requests(200, bad)}});
        canary.warm = warm;
        rig.tick({pod("s1", {{"errors", requests(600, 0)}})}, {canary});
    };
    for (int i = 0; i < 10; ++i) tick(0, false);
    EXPECT_FALSE(rig.said().safe);
    EXPECT_FALSE(rig.said().warm);
    for (int i = 0; i < 3; ++i) tick(0, true);
    EXPECT_TRUE(rig.said().safe);
    EXPECT_TRUE(rig.said().warm);
    Rig bad(errorsOnly());
    for (int i = 0; i < 5; ++i) {
        api::PodSample canary = pod("c1", {{"errors", requests(200, 40)}});
        canary.warm = false;
        bad.tick({pod("s1", {{"errors", requests(600, 1)}})}, {canary});
    }
    EXPECT_TRUE(bad.said().harm);
}

TEST(Judge, AnotherAttemptOrCanaryStartsAnew) {
    Rig rig(errorsOnly());
    for (int i = 0; i < 10; ++i) rig.errors(300, 15, 900, 9);
    ASSERT_TRUE(rig.said().harm);
    api::JudgeOrder retry = rig.order();
    retry.attempt = 2;
    rig.order(retry);
    EXPECT_FALSE(rig.said().harm);
    EXPECT_EQ(rig.metric("errors").samples, 0u);
    for (int i = 0; i < 10; ++i) rig.errors(300, 15, 900, 9);
    ASSERT_TRUE(rig.said().harm);
    retry.canary = "newer";
    rig.order(retry);
    EXPECT_FALSE(rig.said().harm);
}

TEST(Judge, AChangedDefinitionStartsItsMetricAnewAndAChangedWeightDoesNot) {
    Rig rig(errorsOnly());
    for (int i = 0; i < 3; ++i) rig.errors(300, 3, 900, 9);
    api::Metric metric = errorMetric();
    metric.weight = 7;
    rig.judge.setAnalysis(analysisOf({metric}));
    EXPECT_EQ(rig.metric("errors").samples, 900u);
    metric.safeDifference = .02;
    rig.judge.setAnalysis(analysisOf({metric}));
    EXPECT_EQ(rig.metric("errors").samples, 0u);
}

TEST(Judge, WithoutMetricsTimeAloneDecides) {
    Rig rig(analysisOf({}));
    rig.tick({pod("s1", {})}, {});
    const api::Judgement said = rig.said();
    EXPECT_TRUE(said.safe && said.calm && said.warm);
    EXPECT_FALSE(said.harm || said.noDataSince.has_value());
}

TEST(Errors, OfAnObserverAreShownAndCondemnNothing) {
    api::Metric shadow = errorMetric();
    shadow.name = "shadow";
    shadow.observeOnly = true;
    Rig rig(analysisOf({errorMetric(), shadow}));
    const auto tick = [&] {
        rig.tick({pod("s1", {{"errors", requests(600, 0)}, {"shadow", requests(600, 3)}})},
                 {pod("c1", {{"errors", requests(200, 0)}, {"shadow", requests(200, 60)}})});
    };
    for (int i = 0; i < 6; ++i) tick();
    EXPECT_EQ(rig.metric("shadow").verdict, api::Verdict::Harm);
    EXPECT_GT(rig.metric("shadow").evidence, 5);
    EXPECT_FALSE(rig.said().harm);
    EXPECT_TRUE(rig.said().calm);
    EXPECT_TRUE(rig.said().safe);
    EXPECT_EQ(rig.metric("errors").verdict, api::Verdict::Safe);
}

TEST(Errors, AnObserverTakesNoWeightFromTheOthers) {
    api::Metric shadow = errorMetric();
    shadow.name = "shadow";
    shadow.observeOnly = true;
    Rig alone(analysisOf({errorMetric()}));
    Rig beside(analysisOf({errorMetric(), shadow}));
    for (Rig* rig : {&alone, &beside}) {
        rig->tick({pod("s1", {{"errors", requests(600, 3)}, {"shadow", requests(600, 3)}})},
                  {pod("c1", {{"errors", requests(200, 6)}, {"shadow", requests(200, 1)}})});
    }
    EXPECT_EQ(alone.said().evidence, beside.said().evidence);
}

TEST(Errors, ARoleThatChangesLeavesTheEvidenceAsItIs) {
    api::Analysis analysis = analysisOf({errorMetric()});
    Rig rig(analysis);
    for (int i = 0; i < 3; ++i) rig.errors(200, 4, 600, 3);
    const double evidence = rig.metric("errors").evidence;
    analysis.metrics[0].observeOnly = true;
    rig.judge.setAnalysis(analysis);
    EXPECT_EQ(rig.metric("errors").evidence, evidence);
    EXPECT_FALSE(rig.metric("errors").guard);
}

api::Metric shareMetric() {
    api::Metric metric;
    metric.name = "nan";
    metric.kind = api::MetricKind::Share;
    metric.share = {"predictions_total", "predictions_total{class=\"NaN\"}", ""};
    metric.max = 0.02;
    return metric;
}

TEST(Share, OfBadEventsAboveItsLimitIsTakenBack) {
    Rig rig(analysisOf({errorMetric(), shareMetric()}));
    const int ticks = rig.ticksUntilHarm(30, [&] {
        rig.tick({pod("s1", {{"errors", requests(600, 0)}, {"nan", requests(600, 0)}})},
                 {pod("c1", {{"errors", requests(200, 0)}, {"nan", requests(200, 40)}})});
    });
    EXPECT_LE(ticks, 3);
    EXPECT_EQ(rig.said().headline,
              "share nan of the canary is 20.0 % against 0.0 %, above the limit 2.0 % (one pod)");
    EXPECT_EQ(rig.metric("nan").verdict, api::Verdict::Harm);
}

TEST(Share, IsNoRequestOfItsOwn) {
    Rig rig(analysisOf({errorMetric(), shareMetric()}));
    rig.tick({pod("s1", {{"errors", requests(60, 0)}, {"nan", requests(600, 0)}})},
             {pod("c1", {{"errors", requests(20, 0)}, {"nan", requests(200, 0)}})});
    EXPECT_EQ(rig.said().canaryRequestsInStep, 20U);
    EXPECT_EQ(rig.metric("nan").samples, 200U);
}

TEST(Share, WithoutEventsWaitsAndSaysForWhat) {
    Rig rig(analysisOf({errorMetric(), shareMetric()}));
    for (int i = 0; i < 8; ++i) rig.errors(200, 0, 600, 0);
    EXPECT_EQ(rig.metric("nan").verdict, api::Verdict::NoData);
    EXPECT_EQ(rig.metric("nan").message, "no events of predictions_total from the canary yet");
    EXPECT_FALSE(rig.said().safe);
    EXPECT_FALSE(rig.said().harm);
}

TEST(Share, GoesOnBitForBitAfterARestart) {
    Rig whole(analysisOf({errorMetric(), shareMetric()}));
    Rig broken(analysisOf({errorMetric(), shareMetric()}));
    for (int i = 0; i < 6; ++i) {
        for (Rig* rig : {&whole, &broken}) {
            rig->tick({pod("s1", {{"errors", requests(600, 1)}, {"nan", requests(600, 2)}})},
                      {pod("c1", {{"errors", requests(200, 0)}, {"nan", requests(200, 1)}})});
        }
        broken.restart();
    }
    EXPECT_EQ(whole.said(), broken.said());
}

}  // namespace
}  // namespace serin::judge
