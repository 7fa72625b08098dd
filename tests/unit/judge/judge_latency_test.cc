#include <gtest/gtest.h>

#include <algorithm>

#include "judge/state_codec.h"
#include "rig.h"

namespace serin::judge {
namespace {

using api::Verdict;
using std::chrono::milliseconds;
using std::chrono::seconds;

const std::vector<double> kEdges{.05, .1, .25, .5};
using Buckets = std::vector<uint64_t>;
// Out of 100 requests.
const Buckets kUsual{60, 30, 9, 1, 0};
const Buckets kSlow{60, 30, 2, 7, 1};

api::Counts latencies(Buckets buckets, uint64_t times = 1) {
    for (uint64_t& n : buckets) n *= times;
    return histogram(kEdges, std::move(buckets));
}

api::Analysis withLatency() {
    return analysisOf({errorMetric(), latencyMetric()});
}

api::PodSample timed(const std::string& uid, const api::Counts& counts) {
    return pod(uid, {{"errors", requests(counts.total, 0)}, {"latency", counts}});
}

// Two stable pods of 200 requests each, one canary pod of 200.
void tick(Rig& rig, const Buckets& canary, const Buckets& stable = kUsual) {
    rig.tick({timed("s1", latencies(stable, 2)), timed("s2", latencies(stable, 2))},
             {timed("c1", latencies(canary, 2))});
}

TEST(Latency, ASlowCanaryIsTakenBackAndTheEdgeIsNamed) {
    Rig rig(withLatency());
    const int ticks = rig.ticksUntilHarm(30, [&] { tick(rig, kSlow); });
    ASSERT_TRUE(rig.said().harm);
    EXPECT_LE(ticks, 10);
    EXPECT_EQ(rig.said().headline,
              "8.0 % of the canary's requests take longer than 0.25 s, against 1.0 % of stable's (one pod)");
    const api::MetricVerdict said = rig.metric("latency");
    EXPECT_EQ(said.verdict, Verdict::Harm);
    EXPECT_EQ(said.slowerThan, .25);
    EXPECT_NEAR(said.canary, .08, 1e-12);
    EXPECT_NEAR(said.stable, .01, 1e-12);
    EXPECT_NE(rig.metric("errors").verdict, Verdict::Harm);
}

TEST(Latency, OfEdgesThatSayAboutTheSameTheLargestIsNamed) {
    Rig rig(withLatency());
    for (int i = 0; i < 3; ++i) tick(rig, {76, 0, 1, 23, 0}, {99, 1, 0, 0, 0});
    ASSERT_TRUE(rig.said().harm);
    EXPECT_EQ(rig.metric("latency").slowerThan, .25);  // 23 % take longer, and 24 % longer than 0.1 s
}

TEST(Latency, ACanaryAsFastAsStableBecomesSafe) {
    Rig rig(withLatency());
    tick(rig, kUsual);
    EXPECT_EQ(rig.metric("latency").verdict, Verdict::Continue);
    EXPECT_GT(rig.metric("latency").samplesNeeded, 0U);
    EXPECT_EQ(rig.said().holding.rfind("waiting for ", 0), 0U) << rig.said().holding;
    int ticks = 1;
    while (!rig.said().safe && ticks < 60) {
        tick(rig, kUsual);
        ++ticks;
    }
    EXPECT_TRUE(rig.said().safe);
    EXPECT_EQ(rig.metric("latency").verdict, Verdict::Safe);
    EXPECT_NE(rig.metric("latency").message.find("safe: within 1.5-fold of stable or 1 percentage point at "
                                                 "every edge"),
              std::string::npos)
        << rig.metric("latency").message;
    EXPECT_EQ(rig.metric("latency").samples, 200U * static_cast<uint64_t>(ticks));
}

TEST(Latency, AFasterCanaryIsSafeToo) {
    Rig rig(withLatency());
    for (int i = 0; i < 30; ++i) tick(rig, {90, 9, 1, 0, 0});
    EXPECT_TRUE(rig.said().safe);
}

TEST(Latency, OneSlowEdgeOfManyKeepsItFromBeingSafe) {
    Rig rig(withLatency());
    // Of 1,000 requests 28 take longer than 0.5 s, of stable's 20: too little to condemn, too much to
    // promote.
    for (int i = 0; i < 5; ++i) {
        const api::Counts stable = latencies({600, 300, 70, 10, 20});
        rig.tick({timed("s1", stable), timed("s2", stable)},
                 {timed("c1", latencies({600, 300, 62, 10, 28}))});
    }
    EXPECT_FALSE(rig.said().harm);
    EXPECT_FALSE(rig.said().safe);
    EXPECT_NE(rig.metric("latency").verdict, Verdict::Safe);
    EXPECT_EQ(rig.metric("latency").slowerThan, .5);
}

TEST(Latency, IsComparedAtTheEdgesThatBothVersionsHave) {
    Rig rig(withLatency());
    const api::Counts canary = histogram({.1, .25, .75}, {180, 4, 14, 2});
    for (int i = 0; i < 10; ++i) {
        rig.tick({timed("s1", latencies(kUsual, 2)), timed("s2", latencies(kUsual, 2))},
                 {timed("c1", canary)});
    }
    EXPECT_TRUE(rig.said().harm);
    EXPECT_EQ(rig.metric("latency").slowerThan, .25);
}

TEST(Latency, WithFewerThanTwoSharedEdgesItIsInvalidAndBothListsAreShown) {
    Rig rig(withLatency());
    const api::Counts canary = histogram({10, 25, 50, 500}, {50, 40, 9, 1, 0});
    for (int i = 0; i < 10; ++i) {
        rig.tick({timed("s1", latencies(kUsual)), timed("s2", latencies(kUsual))}, {timed("c1", canary)});
    }
    EXPECT_EQ(rig.said().verdict, Verdict::Invalid);
    EXPECT_EQ(rig.metric("latency").verdict, Verdict::Invalid);
    EXPECT_TRUE(rig.said().noDataSince.has_value());
    EXPECT_FALSE(rig.said().harm || rig.said().safe);
    EXPECT_EQ(
        rig.said().holding,
        "latency: the versions' histograms share fewer than two edges: the canary's are 10, 25, 50, 500; "
        "stable's are 0.05, 0.1, 0.25, 0.5; give both the same buckets");
}

TEST(Latency, AHistogramWithoutBucketsIsInvalid) {
    Rig rig(withLatency());
    rig.tick({timed("s1", latencies(kUsual))}, {timed("c1", requests(100, 0))});
    EXPECT_EQ(rig.metric("latency").verdict, Verdict::Invalid);
    EXPECT_NE(rig.said().holding.find("the canary's are none; stable's are 0.05"), std::string::npos)
        << rig.said().holding;
}

TEST(Latency, AHistogramThatHadNoBucketsBeforeItsFirstRequestIsComparable) {
    Rig rig(withLatency());
    api::Stratum early = rig.stratum({timed("s1", latencies(kUsual))}, {timed("c1", histogram({}, {0}))});
    early.spread = seconds(2);  // it is merged with the next
    rig.judge.add(early);
    rig.tick({timed("s1", latencies(kUsual))}, {timed("c1", latencies(kUsual))});
    EXPECT_EQ(rig.metric("latency").verdict, Verdict::Continue) << rig.metric("latency").message;
    EXPECT_EQ(rig.metric("latency").samples, 100U);
}

TEST(Latency, BeyondTheLargestEdgeNothingIsKnown) {
    Rig rig(withLatency());
    for (int i = 0; i < 10; ++i) tick(rig, {0, 0, 0, 40, 60}, {0, 0, 0, 40, 60});
    EXPECT_EQ(rig.metric("latency").verdict, Verdict::Invalid);
    EXPECT_FALSE(rig.said().safe);
    EXPECT_NE(rig.said().holding.find("longer than the largest edge, 0.5 s"), std::string::npos)
        << rig.said().holding;
}

TEST(Latency, WarmingPodsAreNotTimed) {
    Rig rig(withLatency());
    for (int i = 0; i < 10; ++i) {
        api::PodSample canary = timed("c1", latencies({0, 0, 0, 0, 100}));
        canary.warm = false;
        rig.tick({timed("s1", latencies(kUsual))}, {canary});
    }
    EXPECT_FALSE(rig.said().harm);
    EXPECT_EQ(rig.metric("latency").verdict, Verdict::NoData);
    EXPECT_EQ(rig.metric("latency").message,
              "no observations of request_duration_seconds{path=\"/infer\"} from warm canary pods yet");
}

TEST(Latency, AYoungPodsRequestsProveNoSpeed) {
    const auto safeAfter = [](Duration serving) {
        Rig rig(withLatency());
        for (int i = 0; i < 60; ++i) {
            api::PodSample canary = timed("c1", latencies({90, 10, 0, 0, 0}, 2));
            canary.serving = serving;
            rig.tick({timed("s1", latencies(kUsual, 4))}, {canary});
        }
        return rig.metric("latency").verdict == Verdict::Safe;
    };
    // Stable's requests take up to 0.5 s, all but one in a thousand: below that age only short ones have
    // ended.
    EXPECT_FALSE(safeAfter(milliseconds(499)));
    EXPECT_TRUE(safeAfter(milliseconds(500)));
}

TEST(Latency, AYoungPodsSlowRequestsAreHarm) {
    Rig rig(withLatency());
    for (int i = 0; i < 10; ++i) {
        api::PodSample canary = timed("c1", latencies(kSlow, 2));
        canary.serving = milliseconds(100);
        rig.tick({timed("s1", latencies(kUsual, 4))}, {canary});
    }
    EXPECT_TRUE(rig.said().harm);
}

TEST(Latency, OneSlowPodOfTwoDoesNotCondemnTheVersion) {
    Rig rig(withLatency());
    for (int i = 0; i < 20; ++i) {
        rig.tick({timed("s1", latencies(kUsual, 2)), timed("s2", latencies(kUsual, 2))},
                 {timed("c1", latencies(kSlow)), timed("c2", latencies(kUsual))});
    }
    EXPECT_FALSE(rig.said().harm);
    EXPECT_FALSE(rig.said().safe);
    EXPECT_NE(rig.said().holding.find("only pod-c1 is worse"), std::string::npos) << rig.said().holding;
}

TEST(Latency, DoesNotDependOnTheOrderOfThePods) {
    const auto judged = [](bool reversed) {
        Rig rig(withLatency());
        for (int i = 0; i < 5; ++i) {
            std::vector<api::PodSample> stable{timed("s1", latencies(kUsual)), timed("s2", latencies(kSlow)),
                                               timed("s3", latencies(kUsual, 3))};
            std::vector<api::PodSample> canary{timed("c1", latencies(kSlow)),
                                               timed("c2", latencies(kUsual, 2))};
            if (reversed) {
                std::reverse(stable.begin(), stable.end());
                std::reverse(canary.begin(), canary.end());
            }
            rig.tick(stable, canary);
        }
        return rig.metric("latency");
    };
    EXPECT_NEAR(judged(false).evidence, judged(true).evidence, 1e-12);
    EXPECT_EQ(judged(false).message, judged(true).message);
}

TEST(Latency, UnlikeLoadsOfThePodsAreSaid) {
    Rig rig(withLatency());
    for (int i = 0; i < 3; ++i)
        rig.tick({timed("s1", latencies(kUsual, 4))}, {timed("c1", latencies(kUsual))});
    EXPECT_NE(rig.metric("latency").message.find("(a canary pod answers 10 requests/s, a stable one 40)"),
              std::string::npos)
        << rig.metric("latency").message;
    rig.step(1);
    for (int i = 0; i < 3; ++i) {
        rig.tick({timed("s1", latencies(kUsual, 11))}, {timed("c1", latencies(kUsual, 10))});
    }
    EXPECT_EQ(rig.metric("latency").message.find("requests/s"), std::string::npos)
        << rig.metric("latency").message;
}

TEST(Latency, FindsASlownessThatSetsInAtALaterStep) {
    Rig rig(withLatency());
    for (int i = 0; i < 40; ++i) tick(rig, kUsual);
    ASSERT_TRUE(rig.said().safe);
    rig.step(1);
    EXPECT_FALSE(rig.said().safe);
    const int ticks = rig.ticksUntilHarm(30, [&] { tick(rig, kSlow); });
    EXPECT_TRUE(rig.said().harm);
    EXPECT_LE(ticks, 10);
    EXPECT_NE(
        rig.said().headline.find("8.0 % of the canary's requests take longer than 0.25 s, against 1.0 % of "
                                 "stable's in this step"),
        std::string::npos)
        << rig.said().headline;
}

TEST(Latency, GoesOnBitForBitAfterARestart) {
    Rig rig(withLatency());
    for (int i = 0; i < 5; ++i) tick(rig, {60, 29, 9, 2, 0});
    rig.step(1);
    tick(rig, kUsual);
    const api::Judgement before = rig.said();
    rig.restart();
    EXPECT_EQ(rig.said(), before);
    Rig other = rig;
    other.restart();
    for (int i = 0; i < 3; ++i) {
        tick(rig, kSlow);
        tick(other, kSlow);
    }
    EXPECT_EQ(rig.said(), other.said());
}

TEST(Latency, TwentyEdgesAndTwentyStepsFitIntoTheState) {
    std::vector<double> edges;
    Buckets buckets{40};
    for (int i = 0; i < 20; ++i) {
        edges.push_back(.01 * (i + 1) + .0001);
        buckets.push_back(static_cast<uint64_t>(7 + i % 5));
    }
    Rig rig(withLatency());
    for (int step = 0; step < 20; ++step) {
        if (step > 0) rig.step(step);
        for (int i = 0; i < 3; ++i) {
            buckets[static_cast<size_t>(i + step % 7)] += 3;
            const api::Counts stable = histogram(edges, buckets);
            buckets[static_cast<size_t>(step)] += 1;
            rig.tick({timed("s1", stable), timed("s2", stable)}, {timed("c1", histogram(edges, buckets))});
        }
    }
    const api::Judgement before = rig.said();
    RecordProperty("bytes", std::to_string(before.state.size()));
    EXPECT_LE(before.state.size(), kMostState);
    rig.restart();
    EXPECT_EQ(rig.metric("latency").evidence, before.metrics[1].evidence);
    EXPECT_EQ(rig.metric("latency").samples, before.metrics[1].samples);
    EXPECT_EQ(rig.metric("latency").message, before.metrics[1].message);
}

TEST(Latency, AfterPromotionTheOldVersionsRecordLimitsEveryEdge) {
    Rig rig(withLatency());
    rig.mode(api::JudgeMode::Evaluate);
    for (int i = 0; i < 3; ++i) rig.tick({timed("s1", latencies(kUsual, 20))}, {});
    api::JudgeOrder order = rig.order();
    order.mode = api::JudgeMode::Compare;
    order.canary = "new";
    order.stepStartedAt = rig.now;
    rig.order(order);
    for (int i = 0; i < 40; ++i) tick(rig, kUsual);
    rig.mode(api::JudgeMode::Soak);
    const auto soak = [&](const Buckets& buckets) {
        rig.tick({}, {timed("c1", latencies(buckets, 2)), timed("c2", latencies(buckets, 2))});
    };
    for (int i = 0; i < 20; ++i) soak(kUsual);
    EXPECT_FALSE(rig.said().harm);
    rig.ticksUntilHarm(30, [&] { soak(kSlow); });
    EXPECT_TRUE(rig.said().harm);
    EXPECT_EQ(rig.said().headline.rfind("8.0 % of the requests take longer than 0.25 s of late (", 0), 0u);
    EXPECT_NE(rig.said().headline.find(" requests), limit 2."), std::string::npos) << rig.said().headline;
}

TEST(Latency, WithoutARecordUnderFullLoadTheSoakLimitsNothing) {
    Rig rig(withLatency());
    for (int i = 0; i < 40; ++i) tick(rig, kUsual);
    rig.mode(api::JudgeMode::Soak);
    for (int i = 0; i < 40; ++i) rig.tick({}, {timed("c1", latencies({0, 0, 0, 0, 100}, 2))});
    EXPECT_FALSE(rig.said().harm);
    EXPECT_EQ(rig.metric("latency").message, "no record of the old version to limit it by");
}

TEST(Latency, TooLittleTrafficIsSaidBeforeTheRollout) {
    Rig rig(analysisOf({latencyMetric()}));
    rig.mode(api::JudgeMode::Evaluate);
    for (int i = 0; i < 3; ++i) rig.tick({timed("s1", latencies({1, 1, 0, 0, 0}))}, {});
    EXPECT_EQ(rig.said().warning.rfind("InsufficientTraffic: 0.2 requests/s", 0), 0U) << rig.said().warning;
    EXPECT_NE(rig.said().warning.find("that call latency safe"), std::string::npos) << rig.said().warning;
    for (int i = 0; i < 3; ++i) rig.tick({timed("s1", latencies(kUsual, 20))}, {});
    EXPECT_EQ(rig.said().warning, "");
}

TEST(Latency, ItsRequestsCountWhereNoErrorsAreJudged) {
    Rig rig(analysisOf({latencyMetric()}));
    tick(rig, kUsual);
    EXPECT_EQ(rig.said().canaryRequestsInStep, 200U);
}

api::Metric limited(double slowerThan, double max) {
    api::Metric metric = latencyMetric();
    metric.slowerThan = slowerThan;
    metric.max = max;
    metric.worseOddsRatio.reset();
    return metric;
}

TEST(Latency, AboveItsLimitIsTakenBackThoughStableIsAsSlow) {
    Rig rig(analysisOf({errorMetric(), limited(.25, .02)}));
    const int ticks = rig.ticksUntilHarm(30, [&] { tick(rig, kSlow, kSlow); });
    ASSERT_TRUE(rig.said().harm);
    EXPECT_LE(ticks, 10);
    EXPECT_EQ(
        rig.said().headline,
        "8.0 % of the canary's requests take longer than 0.25 s, against 8.0 % of stable's, above the limit "
        "2.0 % (one pod)");
}

TEST(Latency, WithinItsLimitIsSafe) {
    Rig rig(analysisOf({errorMetric(), limited(.25, .05)}));
    for (int i = 0; i < 6; ++i) tick(rig, kUsual);
    EXPECT_EQ(rig.metric("latency").verdict, Verdict::Safe);
    EXPECT_EQ(rig.metric("latency").slowerThan, .25);
    EXPECT_NE(rig.metric("latency").message.find("safe: below 5.0 %"), std::string::npos)
        << rig.metric("latency").message;
}

TEST(Latency, OfANamedEdgeOnlyThatOneIsCompared) {
    api::Metric metric = latencyMetric();
    metric.slowerThan = .5;
    Rig rig(analysisOf({errorMetric(), metric}));
    for (int i = 0; i < 10; ++i) tick(rig, {60, 25, 6, 9, 0}, {60, 30, 9, 1, 0});
    EXPECT_FALSE(rig.said().harm) << "slower at 0.25 s, which nobody asked for";
    EXPECT_EQ(rig.metric("latency").verdict, Verdict::Safe);
}

TEST(Latency, ANamedEdgeIsFoundInTheHistogramsOwnUnit) {
    api::Metric metric = latencyMetric();
    metric.unitSeconds = 1e-3;
    metric.slowerThan = .3;
    Rig rig(analysisOf({errorMetric(), metric}));
    const auto counts = [](Buckets buckets) { return histogram({100, 300, 700}, std::move(buckets)); };
    rig.tick({timed("s1", counts({300, 90, 9, 1}))}, {timed("c1", counts({150, 45, 4, 1}))});
    EXPECT_EQ(rig.metric("latency").slowerThan, .3);
}

TEST(Latency, AnEdgeThatTheHistogramsLackIsInvalidAndTheirsAreShown) {
    Rig rig(analysisOf({errorMetric(), limited(.3, .02)}));
    tick(rig, kUsual);
    EXPECT_EQ(rig.metric("latency").verdict, Verdict::Invalid);
    const std::string message = rig.metric("latency").message;
    EXPECT_NE(message.find("no edge at slowerThan, 0.3 s; state one that both have, the nearest: 250ms and "
                           "500ms (the canary's are 0.05, 0.1, 0.25, 0.5"),
              std::string::npos)
        << message;
}

TEST(Latency, AnEdgeOfManyIsNamedByTheNearestOnesBeforeTheMessageIsCut) {
    Rig rig(analysisOf({errorMetric(), limited(.3, .02)}));
    std::vector<double> edges;
    for (int k = -20; k <= 14; ++k) edges.push_back(std::exp2(k / 2.0));
    const api::Counts counts = histogram(edges, Buckets(edges.size() + 1, 10));
    rig.tick({timed("s1", counts)}, {timed("c1", counts)});
    EXPECT_NE(
        rig.metric("latency").message.find("; state one that both have, the nearest: 250ms and 354ms ("),
        std::string::npos)
        << rig.metric("latency").message;
}

TEST(Latency, AnEdgeThatIsNoWholeNumberOfMillisecondsIsNamedByTheTimeItRoundsTo) {
    const auto judgedAt = [](double named, std::vector<double> edges) {
        Rig rig(analysisOf({errorMetric(), limited(named, .02)}));
        const api::Counts counts = histogram(edges, Buckets(edges.size() + 1, 100));
        rig.tick({timed("s1", counts)}, {timed("c1", counts)});
        return rig.metric("latency").slowerThan;
    };
    EXPECT_EQ(judgedAt(.354, {.25, .35355339059327379, .5}), .35355339059327379);
    EXPECT_EQ(judgedAt(.063, {.0625, .088388347648318447}), .0625);
    EXPECT_EQ(judgedAt(.005, {.005, .0052}), .005);
    EXPECT_EQ(judgedAt(.001, {.0005, .0014}), std::nullopt);
    EXPECT_EQ(judgedAt(.353, {.25, .35355339059327379}), std::nullopt);
}

TEST(Latency, AfterPromotionItsOwnLimitHoldsWhereItIsTheLower) {
    Rig rig(analysisOf({errorMetric(), limited(.25, .02)}));
    for (int i = 0; i < 3; ++i) tick(rig, kUsual, kSlow);
    rig.mode(api::JudgeMode::Soak);
    const int ticks = rig.ticksUntilHarm(30, [&] { rig.tick({}, {timed("c1", latencies(kSlow, 6))}); });
    EXPECT_LE(ticks, 10);
}

}  // namespace
}  // namespace serin::judge
