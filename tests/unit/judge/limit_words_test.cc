#include "judge/limit_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rig.h"

namespace serin::judge {
namespace {

using ::testing::HasSubstr;

// Judged by this limit alone.
api::Metric limitedTo(api::Metric metric, double max, const api::LimitForm& form) {
    metric.worseOddsRatio.reset();
    metric.max = max;
    metric.limitForm = form;
    return metric;
}

api::Metric atLeastGood(double least) {
    api::Metric metric;
    metric.name = "ordered";
    metric.kind = api::MetricKind::Share;
    metric.share = {"offers_total", "", "orders_total"};
    return limitedTo(metric, 1 - least, {least, {}, {}});
}

api::Metric quantileLimited(double level) {
    api::Metric metric = latencyMetric();
    metric.slowerThan = .5;
    return limitedTo(metric, 1 - level, {{}, level, {}});
}

api::Metric burnLimited(double objective, double max) {
    return limitedTo(errorMetric(), api::BurnRate{objective, max}.budget() * max,
                     {{}, {}, api::BurnRate{objective, max}});
}

TEST(LimitWords, NameTheQuantileAsPeopleDo) {
    const auto within = [](double level) { return withinLimit(quantileLimited(level)); };
    EXPECT_EQ(within(.99), "the 99th percentile is at most 0.5 s");
    EXPECT_EQ(within(.9999), "the 99.99th percentile is at most 0.5 s");
    EXPECT_EQ(within(.5), "the 50th percentile is at most 0.5 s");
    EXPECT_EQ(within(.92), "the 92nd percentile is at most 0.5 s");
    EXPECT_EQ(within(.13), "the 13th percentile is at most 0.5 s");
}

TEST(LimitWords, TellGoodSharesFromAll) {
    EXPECT_EQ(goodPercent(1), "100.0 %");
    EXPECT_EQ(goodPercent(.9995), "99.950 %");
    EXPECT_EQ(goodPercent(.02), "2.0 %");
    EXPECT_EQ(withinLimit(atLeastGood(.9995)), "at least 99.950 % are good");
}

TEST(LimitWords, OfAPlainLimitAreTheShare) {
    const api::Metric metric = limitedTo(errorMetric(), .05, {});
    EXPECT_EQ(beyondLimit(metric, .1), "above the limit 5.0 %");
    EXPECT_EQ(withinLimit(metric), "below 5.0 %");
    EXPECT_EQ(limitAfterPromotion(metric, .05), "limit 5.0 %");
}

TEST(Limit, OfGoodEventsIsToldInGoodOnes) {
    Rig rig(analysisOf({errorMetric(), atLeastGood(.02)}));
    const auto tick = [&](uint64_t bad) {
        rig.tick({pod("s1", {{"errors", requests(900, 0)}, {"ordered", requests(1000, 975)}})},
                 {pod("c1", {{"errors", requests(900, 0)}, {"ordered", requests(1000, bad)}})});
    };
    rig.ticksUntilHarm(30, [&] { tick(990); });
    ASSERT_TRUE(rig.said().harm);
    EXPECT_EQ(
        rig.said().headline,
        "share ordered of the canary: 1.0 % are good against 2.5 %, at least 2.0 % asked for (one pod)");
    EXPECT_EQ(rig.metric("ordered").canary, .99) << "the number stays the share of bad ones";
}

TEST(Limit, OfGoodEventsThatIsKeptIsSafe) {
    Rig rig(analysisOf({errorMetric(), atLeastGood(.02)}));
    for (int i = 0; i < 20; ++i) {
        rig.tick({pod("s1", {{"errors", requests(900, 0)}, {"ordered", requests(1000, 940)}})},
                 {pod("c1", {{"errors", requests(900, 0)}, {"ordered", requests(1000, 940)}})});
    }
    EXPECT_EQ(rig.metric("ordered").verdict, api::Verdict::Safe);
    EXPECT_EQ(rig.metric("ordered").message,
              "share ordered of the canary: 6.0 % are good against 6.0 %, safe: at least 2.0 % are good");
}

TEST(Limit, OfAQuantileSaysWhatTheQuantileAllows) {
    Rig rig(analysisOf({errorMetric(), quantileLimited(.99)}));
    const auto timed = [](const std::string& uid, uint64_t slow) {
        return pod(
            uid, {{"errors", requests(1000, 0)}, {"latency", histogram({.1, .5}, {900 - slow, 100, slow})}});
    };
    rig.ticksUntilHarm(30, [&] { rig.tick({timed("s1", 10)}, {timed("c1", 30)}); });
    ASSERT_TRUE(rig.said().harm);
    EXPECT_EQ(
        rig.said().headline,
        "3.0 % of the canary's requests take longer than 0.5 s, against 1.0 % of stable's, more than the "
        "1.0 % that a 99th percentile of 0.5 s allows (one pod)");
}

TEST(Limit, OfAQuantileNamesItsFieldWhereTheHistogramHasNoSuchEdge) {
    Rig rig(analysisOf({errorMetric(), quantileLimited(.99)}));
    const auto counts = histogram({.1, .3}, {900, 90, 10});
    rig.tick({pod("s1", {{"errors", requests(1000, 0)}, {"latency", counts}})},
             {pod("c1", {{"errors", requests(1000, 0)}, {"latency", counts}})});
    EXPECT_EQ(rig.metric("latency").verdict, api::Verdict::Invalid);
    EXPECT_THAT(rig.metric("latency").message,
                HasSubstr("no edge at worseThan.quantile.max, 0.5 s; state one that both have, the nearest: "
                          "300ms (the canary's are 0.1, 0.3"));
}

TEST(Limit, OfABurnRateSaysHowFastTheBudgetBurns) {
    Rig rig(analysisOf({burnLimited(99.9, 14.4)}));
    rig.ticksUntilHarm(60, [&] { rig.errors(1000, 20, 3000, 60); });
    ASSERT_TRUE(rig.said().harm);
    EXPECT_EQ(rig.said().headline,
              "canary errs 2.0 % against 2.0 %, burning 20 times its error budget of 0.1 %, more than 14.4 "
              "allowed (one pod)");
}

TEST(Limit, OfABurnRateThatIsKeptIsSafe) {
    Rig rig(analysisOf({burnLimited(99.9, 14.4)}));
    for (int i = 0; i < 10; ++i) rig.errors(1000, 1, 3000, 3);
    EXPECT_THAT(rig.metric("errors").message, HasSubstr("safe: below 14.4 times its error budget of 0.1 %"));
}

TEST(Limit, IsToldInTheSameWordsAfterPromotion) {
    const auto toldOf = [](const api::Metric& metric, uint64_t bad) {
        Rig rig(analysisOf({metric}));
        rig.mode(api::JudgeMode::Soak);
        rig.tick({}, {pod("c1", {{metric.name, requests(1000, bad)}})});
        return rig.metric(metric.name).message;
    };
    EXPECT_EQ(toldOf(burnLimited(99.9, 14.4), 20),
              "errs 2.0 % after promotion, limit 1.4 %, 14.4 times its error budget of 0.1 %");
    EXPECT_EQ(toldOf(atLeastGood(.02), 990),
              "of the share ordered 1.0 % are good after promotion, limit at least 2.0 %");
}

TEST(Limit, WrittenInAnotherFormKeepsItsEvidence) {
    const api::Metric burn = burnLimited(99.9, 14.4);
    Rig rig(analysisOf({burn}));
    for (int i = 0; i < 3; ++i) rig.errors(1000, 20, 3000, 60);
    const double evidence = rig.metric("errors").evidence;
    ASSERT_GT(evidence, 0);
    rig.judge.setAnalysis(analysisOf({limitedTo(errorMetric(), *burn.max, {})}));
    EXPECT_EQ(rig.metric("errors").evidence, evidence);
    EXPECT_THAT(rig.metric("errors").message, HasSubstr("above the limit 1.4 %"));
}

}  // namespace
}  // namespace serin::judge
