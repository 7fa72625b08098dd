#include <gtest/gtest.h>

#include "rig.h"

namespace serin::judge {
namespace {

using api::Verdict;
using std::chrono::seconds;

api::Analysis errorsOnly() {
    return analysisOf({errorMetric()});
}

std::vector<api::PodSample> stablePods(uint64_t total = 300) {
    return {pod("s1", {{"errors", requests(total, 0)}}), pod("s2", {{"errors", requests(total, 0)}})};
}

TEST(Judge, WithoutCanaryRequestsItHoldsAndSaysSinceWhen) {
    Rig rig(errorsOnly());
    rig.errors(50, 0, 150, 0);
    EXPECT_FALSE(rig.said().noDataSince.has_value());
    rig.errors(0, 0, 150, 0);
    const Timestamp since = rig.now;
    for (int i = 0; i < 30; ++i) rig.errors(0, 0, 150, 0);
    const api::Judgement said = rig.said();
    EXPECT_EQ(said.verdict, Verdict::NoData);
    EXPECT_EQ(said.noDataSince, since);
    EXPECT_EQ(said.holding, "no requests reach the canary");
    EXPECT_EQ(said.headline, said.holding);
    EXPECT_FALSE(said.harm || said.safe);
    rig.errors(5, 0, 150, 0);
    EXPECT_FALSE(rig.said().noDataSince.has_value());
}

TEST(Judge, ScrapesThatFailForBothArmsHoldAndCondemnNobody) {
    Rig rig(errorsOnly());
    rig.errors(50, 0, 150, 0);
    for (int i = 0; i < 60; ++i) {
        std::vector<api::PodSample> stable = stablePods();
        std::vector<api::PodSample> canary{pod("c1", {})};
        for (auto* arm : {&stable, &canary}) {
            for (api::PodSample& sample : *arm) {
                sample.counted = false;
                sample.lostScrapes = 1;
                sample.counts.clear();
            }
        }
        api::Stratum stratum = rig.stratum(stable, canary);
        stratum.troubles = {"10.0.0.7:8082: connection refused"};
        rig.judge.add(stratum);
    }
    EXPECT_FALSE(rig.said().harm);
    EXPECT_EQ(rig.said().holding, "no counts from the canary's pods (10.0.0.7:8082: connection refused)");
    EXPECT_EQ(rig.said().unreachable, "");
}

TEST(Judge, SaysWhyNoPodCouldEverBeScraped) {
    Rig rig(errorsOnly());
    api::PodSample blind = pod("s1", {});
    blind.counted = false;
    api::Stratum stratum = rig.stratum({blind}, {});
    stratum.troubles = {"10.0.0.7:8082: timed out"};
    rig.judge.add(stratum);
    EXPECT_EQ(rig.said().unreachable, "10.0.0.7:8082: timed out");
    rig.errors(5, 0, 5, 0);
    EXPECT_EQ(rig.said().unreachable, "");
}

TEST(Judge, ACanaryThatAnswersNoQuestionWhileStableDoesIsStarved) {
    Rig rig(errorsOnly());
    for (int round = 1; round <= 3; ++round) {
        EXPECT_FALSE(rig.said().starved);
        api::Stratum stratum = rig.stratum(stablePods(), {pod("c1", {{"errors", requests(0, 0)}})});
        stratum.canarySilentRounds = round;
        rig.judge.add(stratum);
    }
    EXPECT_TRUE(rig.said().starved);
    EXPECT_FALSE(rig.said().harm);
    EXPECT_NE(rig.said().headline.find("answers nothing"), std::string::npos);
    rig.errors(10, 0, 10, 0);
    EXPECT_FALSE(rig.said().starved);
}

TEST(Judge, SilenceOfEverybodyIsNotTheCanarysFault) {
    Rig rig(errorsOnly());
    api::PodSample blind = pod("s1", {});
    blind.counted = false;
    api::Stratum stratum = rig.stratum({blind}, {pod("c1", {})});
    stratum.canarySilentRounds = 9;
    rig.judge.add(stratum);
    EXPECT_FALSE(rig.said().starved);
}

TEST(Judge, CrashLoopingCanaryPodsAreHarm) {
    Rig rig(errorsOnly());
    for (int i = 0; i < 3; ++i) rig.tick(stablePods(), {pod("c1", {{"errors", requests(100, 0)}})});
    int ticks = 0;
    while (!rig.said().harm && ticks < 30) {
        api::PodSample crashing = pod("c1", {{"errors", requests(20, 0)}});
        crashing.restarts = ticks % 3 == 0 ? 1 : 0;
        crashing.notReady = seconds(10);
        if (ticks % 2 == 1) {
            crashing.lostScrapes = 1;
            crashing.counted = false;
            crashing.counts.clear();
        }
        rig.tick(stablePods(), {crashing});
        ++ticks;
    }
    EXPECT_TRUE(rig.said().harm);
    EXPECT_LE(ticks, 18);
    EXPECT_EQ(rig.metric("pods").verdict, Verdict::Harm);
    EXPECT_EQ(rig.said().headline.rfind("canary pods: ", 0), 0u) << rig.said().headline;
}

TEST(Judge, PodsThatWereNeverReadyAreNotJudgedByTheirReadiness) {
    Rig rig(errorsOnly());
    for (int i = 0; i < 60; ++i) {
        api::PodSample starting = pod("c2", {});
        starting.counted = false;
        starting.notReady = seconds(10);
        rig.tick(stablePods(), {pod("c1", {{"errors", requests(100, 0)}}), starting});
    }
    EXPECT_FALSE(rig.said().harm);
    EXPECT_TRUE(rig.said().safe);
    EXPECT_EQ(rig.metric("pods").evidence, 0);
}

TEST(Judge, OneLostScrapeIsMadeGoodByTheNext) {
    Rig whole(errorsOnly()), lossy(errorsOnly());
    whole.tick(stablePods(), {pod("c1", {{"errors", requests(100, 1)}})});
    lossy.tick(stablePods(), {pod("c1", {{"errors", requests(100, 1)}})});
    api::PodSample lost = pod("c1", {});
    lost.counted = false;
    lost.lostScrapes = 1;
    lossy.tick(stablePods(), {lost});
    EXPECT_EQ(lossy.said().canaryRequestsInStep, 100u);
    lossy.tick(stablePods(), {pod("c1", {{"errors", requests(220, 3)}})});
    whole.judge.add(
        whole.stratum({pod("s1", {{"errors", requests(600, 0)}}), pod("s2", {{"errors", requests(600, 0)}})},
                      {pod("c1", {{"errors", requests(220, 3)}})}, seconds(20)));
    EXPECT_EQ(lossy.metric("errors"), whole.metric("errors"));
    EXPECT_EQ(lossy.said().canaryRequestsInStep, 320u);
}

TEST(Judge, CountsOfMoreSecondsThanTheStratumHasAreLeftOut) {
    Rig rig(errorsOnly());
    rig.tick(stablePods(),
             {pod("c1", {{"errors", requests(100, 0)}}), pod("c2", {{"errors", requests(100, 0)}})});
    api::PodSample lost = pod("c2", {});
    lost.counted = false;
    lost.lostScrapes = 1;
    for (int i = 0; i < 4; ++i) rig.tick(stablePods(), {pod("c1", {{"errors", requests(100, 0)}}), lost});
    EXPECT_EQ(rig.said().canaryRequestsInStep, 600u);
    rig.tick(stablePods(),
             {pod("c1", {{"errors", requests(100, 0)}}), pod("c2", {{"errors", requests(500, 0)}})});
    EXPECT_EQ(rig.said().canaryRequestsInStep, 700u);
    rig.tick(stablePods(),
             {pod("c1", {{"errors", requests(100, 0)}}), pod("c2", {{"errors", requests(100, 0)}})});
    EXPECT_EQ(rig.said().canaryRequestsInStep, 900u);
}

TEST(Judge, MisalignedScrapesWaitForTheNext) {
    Rig merged(errorsOnly()), apart(errorsOnly());
    api::Stratum first = apart.stratum(stablePods(), {pod("c1", {{"errors", requests(100, 2)}})});
    first.spread = std::chrono::milliseconds(1100);
    apart.judge.add(first);
    EXPECT_EQ(apart.said().canaryRequestsInStep, 0u);
    EXPECT_EQ(apart.said().at, Timestamp{});
    apart.tick(stablePods(), {pod("c1", {{"errors", requests(100, 1)}})});
    merged.judge.add(
        merged.stratum(stablePods(600), {pod("c1", {{"errors", requests(200, 3)}})}, seconds(20)));
    EXPECT_EQ(apart.said().metrics, merged.said().metrics);
    EXPECT_EQ(apart.said().canaryRequestsInStep, 200u);
}

TEST(Judge, ALongGapIsLeftOutAndAShortOneIsOneStratum) {
    Rig rig(errorsOnly());
    const auto gap = [&](Duration length) {
        rig.judge.add(rig.stratum(stablePods(), {pod("c1", {{"errors", requests(100, 0)}})}, length));
        return rig.said().canaryRequestsInStep;
    };
    EXPECT_EQ(gap(seconds(120)), 100u);
    EXPECT_EQ(gap(seconds(121)), 100u);
    EXPECT_EQ(rig.said().at, rig.now);
    EXPECT_EQ(gap(seconds(10)), 200u);
}

TEST(Judge, CountsNoRequestTwice) {
    Rig rig(errorsOnly());
    const api::Stratum stratum = rig.stratum(stablePods(), {pod("c1", {{"errors", requests(100, 0)}})});
    rig.judge.add(stratum);
    rig.judge.add(stratum);
    EXPECT_EQ(rig.said().canaryRequestsInStep, 100u);
    api::Stratum overlapping = stratum;
    overlapping.to += seconds(10);
    rig.judge.add(overlapping);
    EXPECT_EQ(rig.said().canaryRequestsInStep, 100u);
}

TEST(Judge, AStratumInWhichTheSplitMovedIsLeftOut) {
    Rig rig(errorsOnly());
    rig.now -= seconds(5);
    rig.errors(100, 0, 300, 0);  // begins before the step
    EXPECT_EQ(rig.said().canaryRequestsInStep, 0u);
    EXPECT_EQ(rig.metric("errors").samples, 0u);
    rig.errors(100, 0, 300, 0);
    EXPECT_EQ(rig.said().canaryRequestsInStep, 100u);
}

TEST(Judge, BetweenStepsHarmGoesOnAndTheStepDoesNotCount) {
    Rig rig(errorsOnly());
    rig.errors(300, 3, 900, 9);
    api::JudgeOrder order = rig.order();
    order.step = 1;
    order.stepStartedAt.reset();
    rig.order(order);
    rig.ticksUntilHarm(30, [&] { rig.errors(300, 20, 900, 9); });
    EXPECT_TRUE(rig.said().harm);
    EXPECT_EQ(rig.said().canaryRequestsInStep, 0u);
    EXPECT_FALSE(rig.said().noDataSince.has_value());
}

TEST(Judge, ARestartedJudgeEqualsAnUninterruptedOne) {
    api::Metric errors = errorMetric();
    errors.max = .2;
    const api::Analysis analysis = analysisOf({errors, driftMetric(1.0), driftMetric(std::nullopt)});
    Rig whole(analysis), interrupted(analysis);
    Random random(7);
    for (int i = 0; i < 40; ++i) {
        if (i == 15 || i == 28) {
            whole.step(i == 15 ? 1 : 2);
            interrupted.step(i == 15 ? 1 : 2);
        }
        std::vector<api::PodSample> stable, canary;
        for (const std::string name : {"s1", "s2", "s3"}) {
            stable.push_back(pod(name, {{"errors", requests(150, random.binomial(150, .02))},
                                        {"score", scores({9, 8, 7, 6, 5, 5, 6, 7, 8, 9})}}));
        }
        for (const std::string name : {"c1", "c2"}) {
            canary.push_back(
                pod(name, {{"errors", requests(120, random.binomial(120, .02))},
                           {"score", scores({9, 8, 9, 6, 5, 5, 4, 7, 8, random.binomial(9, .5)})}}));
        }
        if (i % 7 == 3) canary[0].restarts = 1;
        if (i % 11 == 5) {
            canary[1].counted = false;
            canary[1].lostScrapes = 1;
        }
        api::Stratum stratum = whole.stratum(stable, canary);
        if (i % 9 == 4) stratum.spread = seconds(2);
        whole.judge.add(stratum);
        interrupted.now = whole.now;
        interrupted.judge.add(stratum);
        interrupted.restart();
        ASSERT_EQ(whole.said(), interrupted.said()) << i;
        ASSERT_LE(whole.said().state.size(), 32u * 1024);
    }
}

TEST(Judge, ATextAboutSomethingElseStartsAnew) {
    Rig rig(errorsOnly());
    for (int i = 0; i < 5; ++i) rig.errors(300, 3, 900, 9);
    Judge other(errorsOnly());
    other.restore(rig.said().state);
    api::JudgeOrder order = rig.order();
    order.attempt = 2;
    other.order(order);
    EXPECT_EQ(other.judgement().canaryRequestsInStep, 0u);
    EXPECT_EQ(other.judgement().metrics[0].samples, 0u);
    Judge broken(errorsOnly());
    broken.restore("serin-judge/0 whatever");
    broken.order(rig.order());
    EXPECT_EQ(broken.judgement().metrics[0].samples, 0u);
}

}  // namespace
}  // namespace serin::judge
