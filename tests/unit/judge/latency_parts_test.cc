#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "judge/latency_arm.h"
#include "judge/rate_metric.h"
#include "rig.h"

namespace serin::judge {
namespace {

const std::vector<double> kEdges{.1, .5};

// One interval as a latency of two edges counts it.
void count(RateMetric& metric, const std::vector<uint64_t>& canary, const std::vector<uint64_t>& stable) {
    const auto above = [](const std::vector<uint64_t>& buckets) { return aboveEdges({kEdges, buckets}); };
    const auto sum = [](const std::vector<uint64_t>& n) {
        return std::accumulate(n.begin(), n.end(), uint64_t{0});
    };
    for (size_t i = 0; i < kEdges.size(); ++i) {
        RateTick tick;
        tick.inStep = true;
        tick.canary = {{sum(canary), above(canary)[i], true, 0}};
        tick.stable = {{sum(stable), above(stable)[i], true, kNoGroup}};
        metric.rates[i].add(latencyMetric(), tick);
    }
}

RateMetric twoEdges() {
    RateMetric metric;
    EXPECT_TRUE(metric.keepEdges(latencyMetric(), kEdges));
    metric.startStep();
    return metric;
}

TEST(RateMetric, EachEdgeIsTheTestOfTheReference) {
    RateMetric metric = twoEdges();
    count(metric, {294, 6, 0},
          {2688, 12, 0});  // 6 of 300 and 12 of 2,700 take longer than 0.1, none than 0.5
    EXPECT_NEAR(metric.rates[0].step.logOdds(), 1.862235768, 1e-8);
    EXPECT_EQ(metric.rates[1].step.logOdds(), 0);
}

TEST(RateMetric, HarmIsTheMeanOverEdgesAndSafetyTheLeast) {
    const api::Metric definition = latencyMetric();
    RateMetric metric = twoEdges();
    for (int i = 0; i < 4; ++i) count(metric, {260, 30, 10}, {2660, 30, 10});
    const double low = metric.rates[0].evidence(definition);
    const double high = metric.rates[1].evidence(definition);
    ASSERT_GT(std::max(low, high), 1);
    EXPECT_NEAR(metric.evidence(definition), std::log((std::exp(low) + std::exp(high)) / 2), 1e-12);
    EXPECT_EQ(metric.safeEvidence(definition),
              std::min(metric.rates[0].safe.evidence(definition), metric.rates[1].safe.evidence(definition)));
}

TEST(RateMetric, EdgesWithAllRequestsOnOneSideCostNothing) {
    const api::Metric definition = latencyMetric();
    RateMetric metric = twoEdges();
    for (int i = 0; i < 50; ++i) count(metric, {0, 100, 0}, {0, 300, 0});
    for (const RateEvidence& rate : metric.rates) EXPECT_EQ(rate.evidence(definition), 0);
    EXPECT_EQ(metric.evidence(definition), 0);
    EXPECT_GE(metric.safeEvidence(definition), std::log(20.0));
}

TEST(RateMetric, KeepsOnlyEdgesThatStayShared) {
    RateMetric metric;
    EXPECT_FALSE(metric.keepEdges(latencyMetric(), {.5}));
    ASSERT_TRUE(metric.keepEdges(latencyMetric(), {.1, .25, .5, 1}));
    metric.rates[2].seen.canary = 7;
    EXPECT_TRUE(metric.keepEdges(latencyMetric(), {.05, .1, .5, 1, 2}));
    EXPECT_EQ(metric.edges, (std::vector<double>{.1, .5, 1}));
    ASSERT_EQ(metric.rates.size(), 3U);
    EXPECT_EQ(metric.rates[1].seen.canary, 7);
    EXPECT_FALSE(metric.keepEdges(latencyMetric(), {.1, .3, .7}));
    EXPECT_EQ(metric.edges.size(), 3U);
}

TEST(RateMetric, KeepsTheOneEdgeThatIsNamed) {
    api::Metric named = latencyMetric();
    named.slowerThan = .25;
    RateMetric metric;
    EXPECT_FALSE(metric.keepEdges(named, {.1, .5}));
    ASSERT_TRUE(metric.keepEdges(named, {.1, .25, .5}));
    EXPECT_EQ(metric.edges, (std::vector<double>{.25}));
    EXPECT_EQ(metric.rates.size(), 1U);
}

TEST(RateMetric, OfTooManyEdgesSomeStandForAll) {
    std::vector<double> many(100);
    std::iota(many.begin(), many.end(), 1);
    RateMetric metric;
    ASSERT_TRUE(metric.keepEdges(latencyMetric(), many));
    EXPECT_EQ(metric.edges.size(), kMostEdges);
    EXPECT_EQ(metric.edges.front(), 1);
    EXPECT_EQ(metric.edges.back(), 100);
    EXPECT_TRUE(std::adjacent_find(metric.edges.begin(), metric.edges.end(), std::greater_equal<>()) ==
                metric.edges.end());
}

struct Outcome {
    std::vector<uint64_t> buckets;
    double probability = 0;
};

// All ways in which `n` requests fall into three buckets of these shares.
std::vector<Outcome> outcomes(uint64_t n, const std::vector<double>& shares) {
    const auto factorial = [](uint64_t k) { return std::tgamma(static_cast<double>(k) + 1); };
    std::vector<Outcome> out;
    for (uint64_t a = 0; a <= n; ++a) {
        for (uint64_t b = 0; a + b <= n; ++b) {
            const uint64_t c = n - a - b;
            const double ways = factorial(n) / factorial(a) / factorial(b) / factorial(c);
            out.push_back({{a, b, c},
                           ways * std::pow(shares[0], static_cast<double>(a)) *
                               std::pow(shares[1], static_cast<double>(b)) *
                               std::pow(shares[2], static_cast<double>(c))});
        }
    }
    return out;
}

// Two intervals between which the shared latency moves, enumerated.
TEST(RateMetric, TheMeanOfHarmIsAtMostOneWhileTheVersionsAreEquallyFast) {
    const api::Metric definition = latencyMetric();
    const std::vector<double> fast{.7, .2, .1}, slow{.2, .3, .5};
    double mean = 0, all = 0;
    for (const Outcome& c1 : outcomes(2, fast)) {
        for (const Outcome& s1 : outcomes(3, fast)) {
            RateMetric first = twoEdges();
            count(first, c1.buckets, s1.buckets);
            for (const Outcome& c2 : outcomes(3, slow)) {
                for (const Outcome& s2 : outcomes(2, slow)) {
                    RateMetric both = first;
                    count(both, c2.buckets, s2.buckets);
                    const double probability =
                        c1.probability * s1.probability * c2.probability * s2.probability;
                    all += probability;
                    mean += probability * std::exp(both.evidence(definition));
                }
            }
        }
    }
    EXPECT_NEAR(all, 1, 1e-12);
    EXPECT_LE(mean, 1 + 1e-12);
    EXPECT_GT(mean, .5);
}

// "Not slower at any edge" is claimed, so the null is: slower at one of them at least.
TEST(RateMetric, TheMeanOfSafetyIsAtMostOneWhereOneEdgeIsTooSlow) {
    api::Metric definition = latencyMetric();
    definition.safeDifference = .1;
    // At 0.5 the odds are twofold and the shares 20 points apart; at 0.1 the versions are equal.
    const std::vector<double> stable{.2, .4, .4}, canary{.2, .2286, .5714};
    double mean = 0;
    for (const Outcome& c : outcomes(4, canary)) {
        for (const Outcome& s : outcomes(6, stable)) {
            RateMetric metric = twoEdges();
            count(metric, c.buckets, s.buckets);
            mean += c.probability * s.probability * std::exp(metric.safeEvidence(definition));
        }
    }
    EXPECT_LE(mean, 1 + 1e-12);
}

TEST(RateMetric, SlowerRequestsOfTheCanaryNeverWeakenTheEvidence) {
    double last = -1e300;
    for (uint64_t slow = 0; slow <= 40; ++slow) {
        RateMetric metric = twoEdges();
        count(metric, {100 - slow, slow / 2, slow - slow / 2}, {280, 15, 5});
        double odds = 0;
        for (const RateEvidence& rate : metric.rates) odds += std::exp(rate.step.logOdds());
        EXPECT_GE(odds, last);
        last = odds;
    }
}

TEST(LatencyArm, CountsWhatTakesLongerThanAnEdgeAndNotWhatIsNoNumber) {
    api::Counts counts = histogram({.1, .5, 1}, {50, 30, 15, 5});
    counts.total += 7;  // observations of NaN
    const std::vector<api::PodSample> arm{pod("c1", {{"latency", counts}})};
    const LatencyArm latency(arm, "latency", LatencyArm::Whom::Warm);
    EXPECT_EQ(latency.requests(), 100U);
    const auto slower = latency.slower({.1, 1}, Duration{0}, {});
    ASSERT_EQ(slower.size(), 2U);
    EXPECT_EQ(slower[0][0].total, 100U);
    EXPECT_EQ(slower[0][0].bad, 50U);
    EXPECT_EQ(slower[1][0].bad, 5U);
}

TEST(LatencyArm, HasTheEdgesThatAllItsPodsHave) {
    const std::vector<api::PodSample> arm{pod("a", {{"latency", histogram({.1, .5, 1}, {1, 1, 1, 1})}}),
                                          pod("b", {{"latency", histogram({.1, 1, 2}, {1, 1, 1, 1})}}),
                                          pod("idle", {{"latency", histogram({}, {0})}})};
    EXPECT_EQ(LatencyArm(arm, "latency", LatencyArm::Whom::All).edges(), (std::vector<double>{.1, 1}));
    const std::vector<api::PodSample> none{pod("a", {{"latency", requests(9, 0)}})};
    EXPECT_TRUE(LatencyArm(none, "latency", LatencyArm::Whom::All).edges().empty());
}

}  // namespace
}  // namespace serin::judge
