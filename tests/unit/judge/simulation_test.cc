#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "rig.h"

namespace serin::judge {
namespace {

constexpr int kTicks = 90;  // 15 minutes

api::Analysis quickAnalysis() {
    return analysisOf({errorMetric()});
}

struct Traffic {
    double ratio = 1;  // of the canary's error rate to stable's
    double base = .005;
    bool moving = false;  // the shared error rate rises and bursts, and the split moves with the steps
};

// One rollout; how many ticks until HARM, kTicks + 1 for never.
struct Outcome {
    int harmAt = kTicks + 1;
    bool safe = false;
};

Outcome rollout(const Traffic& traffic, uint64_t seed) {
    Random random(seed);
    Rig rig(quickAnalysis());
    for (int i = 0; i < kTicks; ++i) {
        const int step = i / 30;
        if (step > 0 && i % 30 == 0) rig.step(step);
        double rate = traffic.base;
        uint64_t canary = 200, stable = 600;
        if (traffic.moving) {
            rate *= (1 + 0.05 * i) * (i % 12 == 0 ? 5 : 1);
            canary = 100u << step;
            stable = 800 - canary;
        }
        const uint64_t half = stable / 2;
        rig.tick(
            {pod("s1", {{"errors", requests(half, random.binomial(half, rate))}}),
             pod("s2", {{"errors", requests(half, random.binomial(half, rate))}})},
            {pod("c1", {{"errors",
                         requests(canary, random.binomial(canary, std::min(1.0, rate * traffic.ratio)))}})});
        if (traffic.ratio > 2 && rig.said().harm) return {i + 1, false};
    }
    const api::Judgement said = rig.said();
    return {said.harm ? kTicks : kTicks + 1, said.safe};
}

// Counts of 300 runs that a true probability exceeds with probability 1 % (binomial).
constexpr int kRuns = 300;
constexpr int kAlarmBound = 8;  // falseAlarm 0.01
constexpr int kMissBound = 24;  // missedHarm 0.05

int harms(const Traffic& traffic) {
    int out = 0;
    for (int run = 0; run < kRuns; ++run)
        out += rollout(traffic, static_cast<uint64_t>(run)).harmAt <= kTicks ? 1 : 0;
    return out;
}

TEST(Simulation, EqualVersionsAreRolledBackNoMoreOftenThanAllowed) {
    EXPECT_LE(harms({}), kAlarmBound);
}

TEST(Simulation, AMovingErrorRateAndAMovingSplitFakeNoRegression) {
    EXPECT_LE(harms({.ratio = 1, .base = .003, .moving = true}), kAlarmBound);
}

TEST(Simulation, EqualVersionsBecomeSafe) {
    int safe = 0;
    for (int run = 0; run < 50; ++run) safe += rollout({}, static_cast<uint64_t>(run)).safe ? 1 : 0;
    EXPECT_GE(safe, 30);
}

TEST(Simulation, AVersionBeyondBothMarginsIsSeldomCalledSafe) {
    int safe = 0;
    for (int run = 0; run < kRuns; ++run) {
        safe += rollout({.ratio = 2, .base = .0101}, static_cast<uint64_t>(run)).safe ? 1 : 0;
    }
    EXPECT_LE(safe, kMissBound);
}

TEST(Simulation, FiveTimesTheErrorsAreFoundWithinAMinuteOrTwo) {
    std::vector<int> ticks;
    for (int run = 0; run < 60; ++run)
        ticks.push_back(rollout({.ratio = 5}, static_cast<uint64_t>(run)).harmAt);
    std::sort(ticks.begin(), ticks.end());
    EXPECT_LE(ticks[30], 12);
    EXPECT_LE(ticks.back(), 40);
}

struct Timing {
    double slowdown = 1;  // of all requests of the canary
    double stuck = 0;     // share of the canary's requests that take 0.7 s longer
};

// One rollout judged by latency: log-normal times whose level rises threefold and falls again within the
// rollout for both versions, while the canary's share of the traffic goes from an eighth to a half.
Outcome timedRollout(const Timing& timing, uint64_t seed) {
    const std::vector<double> edges{.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10};
    Random random(seed);
    const auto draw = [&](uint64_t n, double level, double stuck) {
        std::vector<uint64_t> buckets(edges.size() + 1, 0);
        for (uint64_t i = 0; i < n; ++i) {
            const double normal = std::sqrt(-2 * std::log(1 - random.uniform())) *
                                  std::cos(2 * std::numbers::pi * random.uniform());
            const double took = level * std::exp(.4 * normal) + (random.uniform() < stuck ? .7 : 0);
            ++buckets[static_cast<size_t>(std::lower_bound(edges.begin(), edges.end(), took) -
                                          edges.begin())];
        }
        return histogram(edges, buckets);
    };
    Rig rig(analysisOf({latencyMetric()}));
    for (int i = 0; i < kTicks; ++i) {
        const int step = i / 30;
        if (step > 0 && i % 30 == 0) rig.step(step);
        const double level = .05 * (2 + std::sin(2 * std::numbers::pi * i / kTicks));
        const uint64_t canary = 50u << step, stable = 400 - canary;
        rig.tick({pod("s1", {{"latency", draw(stable / 2, level, 0)}}),
                  pod("s2", {{"latency", draw(stable / 2, level, 0)}})},
                 {pod("c1", {{"latency", draw(canary, level * timing.slowdown, timing.stuck)}})});
        if (timing.slowdown > 1 && rig.said().harm) return {i + 1, false};
    }
    const api::Judgement said = rig.said();
    return {said.harm ? kTicks : kTicks + 1, said.safe};
}

TEST(Simulation, ARampOfTrafficAndADailyRhythmOfLatencyFakeNoSlowness) {
    int harmed = 0, safe = 0;
    for (uint64_t run = 0; run < 100; ++run) {
        const Outcome outcome = timedRollout({}, run);
        harmed += outcome.harmAt <= kTicks ? 1 : 0;
        safe += outcome.safe ? 1 : 0;
    }
    RecordProperty("harmed of 100", harmed);
    RecordProperty("safe of 100", safe);
    EXPECT_LE(harmed, 4);  // exceeded with probability 0.3 % at falseAlarm 0.01
    EXPECT_GE(safe, 80);
}

TEST(Simulation, ACanaryThatIsTooSlowAtOneEdgeIsSeldomCalledSafe) {
    int safe = 0;
    for (uint64_t run = 0; run < 100; ++run) safe += timedRollout({.stuck = .0101}, run).safe ? 1 : 0;
    RecordProperty("safe of 100", safe);
    EXPECT_LE(safe, 11);  // exceeded with probability 0.4 % at missedHarm 0.05
}

TEST(Simulation, ACanaryHalfAsSlowAgainIsFoundWithinTwoMinutes) {
    std::vector<int> ticks;
    for (uint64_t run = 0; run < 40; ++run) ticks.push_back(timedRollout({.slowdown = 1.5}, run).harmAt);
    std::sort(ticks.begin(), ticks.end());
    RecordProperty("median ticks", ticks[20]);
    RecordProperty("most ticks", ticks.back());
    EXPECT_LE(ticks[20], 6);
    EXPECT_LE(ticks.back(), 12);
}

// Scores of the canary drawn from a distribution whose index against stable's is 0.15, gate 0.3.
TEST(Simulation, DriftBelowTheGateIsRolledBackNoMoreOftenThanAllowed) {
    const std::vector<double> p{.1, .1, .1, .1, .1, .1, .1, .1, .1, .1};
    const std::vector<double> q{.155, .145, .13, .11, .1, .09, .08, .07, .06, .06};
    int harmed = 0;
    for (int run = 0; run < kRuns; ++run) {
        Random random(static_cast<uint64_t>(run) + 1000);
        const auto draw = [&](uint64_t n, const std::vector<double>& shares) {
            std::vector<uint64_t> out;
            double left = 1;
            for (size_t i = 0; i + 1 < shares.size(); ++i) {
                out.push_back(random.binomial(n, std::min(1.0, shares[i] / left)));
                n -= out.back();
                left -= shares[i];
            }
            out.push_back(n);
            return out;
        };
        Rig rig(analysisOf({driftMetric(.3)}));
        for (int i = 0; i < 32; ++i) {
            rig.tick({pod("s1", {{"score", scores(draw(375, p))}})},
                     {pod("c1", {{"score", scores(draw(125, q))}})});
        }
        harmed += rig.said().harm ? 1 : 0;
    }
    EXPECT_LE(harmed, kAlarmBound);
}

}  // namespace
}  // namespace serin::judge
