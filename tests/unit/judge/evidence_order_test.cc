// More bad requests of the canary never speak for it, and it is the same in which order pods are read.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "judge/absolute.h"
#include "judge/grids.h"
#include "judge/harm_evidence.h"
#include "judge/log_math.h"
#include "judge/poisson.h"
#include "judge/safe_evidence.h"
#include "rig.h"

namespace serin::judge {
namespace {

// value(0), value(1), … value(most) never falls, and rises somewhere.
void expectRising(uint64_t most, const std::function<double(uint64_t)>& value) {
    for (uint64_t i = 0; i < most; ++i) EXPECT_LE(value(i), value(i + 1) + 1e-12) << i;
    EXPECT_LT(value(0), value(most));
}

Past badPast() {
    Past past;
    past.add({100, 30, 300, 15});
    return past;
}

TEST(Evidence, OfHarmByADifferenceRisesWithTheCanarysErrorsAndFallsWithStables) {
    expectRising(40, [](uint64_t bad) { return logHarmByDifference({40, bad, 120, 9}, badPast(), .01); });
    expectRising(120, [](uint64_t good) {
        return logHarmByDifference({40, 6, 120, 120 - good}, badPast(), .01);
    });
}

TEST(Evidence, OfSafetyFallsWithTheCanarysErrors) {
    expectRising(40, [](uint64_t good) { return logSafeByDifference({40, 40 - good, 120, 9}, .05, .01); });
    expectRising(20, [](uint64_t stable) {  // of 20 bad requests that both have
        return logMeanExp(
            fnchIncrements(ConditionalTable({40, 20 - stable, 120, stable}), 1.5, safeOdds(1.5)));
    });
    const api::Metric metric = errorMetric();
    expectRising(20, [&](uint64_t stable) {
        SafeEvidence evidence;
        evidence.add(metric, {200, 2, 600, 6});
        evidence.add(metric, {40, 20 - stable, 120, stable});
        return evidence.evidence(metric);
    });
}

TEST(Evidence, AgainstALimitRisesWithTheErrorsAndForItFalls) {
    const auto logOf = [](uint64_t bad, const std::vector<double>& grid) {
        return logMeanExp(limitIncrements(60, static_cast<double>(bad), .1, grid));
    };
    expectRising(60, [&](uint64_t bad) { return logOf(bad, limitHarmOdds()); });
    expectRising(59, [&](uint64_t good) { return logOf(59 - good, limitSafeOdds()); });
}

TEST(Evidence, OfEventsRisesWithTheCanarysShareOfThem) {
    expectRising(12, [](uint64_t canary) {
        const auto of = static_cast<double>(canary);
        return logMeanExp(poissonIncrements({of, 12 - of, 10, 40}, 1.2, harmOdds(1.2)));
    });
}

TEST(Evidence, OfHarmAsAWholeRisesWithTheCanarysShareOfTheErrors) {
    api::Metric metric = errorMetric();
    metric.max = .2;
    expectRising(20, [&](uint64_t bad) {
        HarmMixture evidence;
        evidence.add(HarmTick(metric, {40, 4, 120, 3}, 1.3));
        evidence.open();
        evidence.add(HarmTick(metric, {40, bad, 120, 20 - bad}, 1.3));
        return evidence.evidence(metric);
    });
}

api::Metric meanMetric() {
    api::Metric metric;
    metric.name = "value";
    metric.kind = api::MetricKind::Mean;
    metric.worseChange = .02;
    metric.safeChange = .05;
    return metric;
}

api::Metric classMetric() {
    api::Metric metric = driftMetric(.5);
    metric.name = "class";
    metric.byLabel = "class";
    return metric;
}

api::PodSample busyPod(const std::string& uid, Random& random, double errorRate) {
    api::Counts value = requests(50 + random.binomial(20, .5), 0);
    value.sum = 3 * static_cast<double>(value.total) + 10 * random.uniform();
    api::Counts classes;
    classes.classes =
        uid.ends_with('2') ? std::vector<std::string>{"eel", "cat"} : std::vector<std::string>{"cat", "dog"};
    classes.buckets = {40 + random.binomial(9, .5), 20 + random.binomial(9, .5)};
    classes.total = classes.buckets[0] + classes.buckets[1];
    const uint64_t total = 150 + random.binomial(50, .5);
    api::PodSample sample =
        pod(uid, {{"errors", requests(total, random.binomial(total, errorRate))},
                  {"latency", histogram({.1, .25, .5, 1}, {total - 30, 12, 9, random.binomial(8, .4), 3})},
                  {"score", scores({30, 20, 8, 5, 3 + random.binomial(5, .5), 3, 5, 8, 20, 30})},
                  {"class", classes},
                  {"value", value}});
    sample.notReady = std::chrono::milliseconds(static_cast<int64_t>(900 * random.uniform()));
    if (random.uniform() < .05) ++sample.restarts;
    return sample;
}

// Sums of numbers that are not whole may differ in their last bits by the order of the pods.
void expectSame(const api::Judgement& a, const api::Judgement& b) {
    EXPECT_EQ(a.verdict, b.verdict);
    EXPECT_EQ(a.harm, b.harm);
    EXPECT_EQ(a.safe, b.safe);
    EXPECT_EQ(a.calm, b.calm);
    EXPECT_EQ(a.headline, b.headline);
    EXPECT_EQ(a.holding, b.holding);
    EXPECT_NEAR(a.evidence, b.evidence, 1e-9);
    ASSERT_EQ(a.metrics.size(), b.metrics.size());
    for (size_t i = 0; i < a.metrics.size(); ++i) {
        const api::MetricVerdict& one = a.metrics[i];
        const api::MetricVerdict& other = b.metrics[i];
        EXPECT_EQ(one.verdict, other.verdict) << one.name;
        EXPECT_EQ(one.message, other.message);
        EXPECT_EQ(one.samples, other.samples) << one.name;
        EXPECT_NEAR(one.evidence, other.evidence, 1e-9) << one.name;
        EXPECT_NEAR(one.canary, other.canary, 1e-12) << one.name;
        EXPECT_NEAR(one.ratioLow, other.ratioLow, 1e-9) << one.name;
        ASSERT_EQ(one.effects.size(), other.effects.size()) << one.name;
        for (const auto& [name, effect] : one.effects)
            EXPECT_NEAR(effect, other.effects.at(name), 1e-9) << name;
    }
}

TEST(Judge, DoesNotMindInWhichOrderPodsAreRead) {
    const api::Analysis analysis =
        analysisOf({errorMetric(), latencyMetric(), driftMetric(1.0), classMetric(), meanMetric()});
    for (const double canaryRate : {.01, .08}) {
        Rig inOrder(analysis);
        Rig shuffled(analysis);
        Random random(7);
        for (int tick = 0; tick < 70; ++tick) {
            if (tick == 30) {
                inOrder.step(1);
                shuffled.step(1);
            }
            std::vector<api::PodSample> stable, canary;
            for (const char* uid : {"s1", "s2", "s3", "s4"}) stable.push_back(busyPod(uid, random, .01));
            for (const char* uid : {"c1", "c2", "c3"}) canary.push_back(busyPod(uid, random, canaryRate));
            inOrder.tick(stable, canary);
            for (auto* arm : {&stable, &canary}) {
                for (size_t i = arm->size(); i > 1; --i) {
                    std::swap((*arm)[i - 1], (*arm)[random.binomial(i - 1, .5)]);
                }
            }
            shuffled.tick(stable, canary);
            expectSame(inOrder.said(), shuffled.said());
            if (HasFailure()) return;
        }
        EXPECT_EQ(inOrder.said().harm, canaryRate > .05);
    }
}

}  // namespace
}  // namespace serin::judge
