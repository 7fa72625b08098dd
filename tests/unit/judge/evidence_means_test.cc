// Every e-value has a mean of at most 1 wherever its null hypothesis holds: here of whole evidences as a
// metric has them, over all outcomes of two intervals, the second of which is bet on by the first. (What one
// interval adds stands in the tests of its own file.)
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "enumeration.h"
#include "judge/absolute.h"
#include "judge/grids.h"
#include "judge/harm_evidence.h"
#include "judge/log_math.h"
#include "judge/pods_metric.h"
#include "judge/safe_evidence.h"

namespace serin::judge {
namespace {

constexpr uint64_t kCanary = 3;
constexpr uint64_t kStable = 5;
constexpr double kRounding = 1e-12;

api::Metric comparing() {
    api::Metric metric;
    metric.worseOddsRatio = 1.2;
    metric.worseDifference = .05;
    metric.safeOddsRatio = 1.5;
    metric.safeDifference = .1;
    return metric;
}

// A step begins between both intervals.
double meanHarm(const api::Metric& metric, const std::vector<Rates>& rates, double temper) {
    return meanOverTables(kCanary, kStable, rates, [&](const std::vector<Table>& tables) {
        HarmMixture evidence;
        for (const Table& table : tables) {
            evidence.add(HarmTick(metric, table, temper));
            evidence.open();
        }
        return std::exp(evidence.evidence(metric));
    });
}

double meanSafe(const api::Metric& metric, const std::vector<Rates>& rates) {
    return meanOverTables(kCanary, kStable, rates, [&](const std::vector<Table>& tables) {
        SafeEvidence evidence;
        for (const Table& table : tables) evidence.add(metric, table);
        return std::exp(evidence.evidence(metric));
    });
}

// The rates of both versions move from the first interval to the second.
TEST(HarmEvidence, HasAMeanOfAtMostOneWhereTheCanaryIsNotWorseByTheFactor) {
    for (const double temper : {1.0, 1.7}) {
        for (const double ratio : {.3, 1.0, 1.2}) {
            for (const double first : {.02, .2, .5, .9}) {
                for (const double second : {.01, .4, .8}) {
                    const std::vector<Rates> rates{{withOdds(first, ratio), first},
                                                   {withOdds(second, ratio), second}};
                    EXPECT_LE(meanHarm(comparing(), rates, temper), 1 + kRounding)
                        << temper << " " << ratio << " " << first << " " << second;
                }
            }
        }
    }
}

TEST(HarmEvidence, HasAMeanOfAtMostOneWhereTheCanaryIsNotWorseByTheDifference) {
    for (const double difference : {-.1, 0.0, .05}) {
        for (const double first : {.0, .001, .1, .5}) {
            for (const double second : {.0, .01, .4, .8}) {
                const auto canary = [&](double stable) { return std::max(0.0, stable + difference); };
                const std::vector<Rates> rates{{canary(first), first}, {canary(second), second}};
                EXPECT_LE(meanHarm(comparing(), rates, 1), 1 + kRounding)
                    << difference << " " << first << " " << second;
            }
        }
    }
}

TEST(HarmEvidence, HasAMeanOfAtMostOneBelowALimit) {
    api::Metric metric = comparing();
    metric.max = .3;
    api::Metric alone = metric;
    alone.worseOddsRatio.reset();
    for (const double rate : {.01, .1, .3}) {
        EXPECT_LE(meanHarm(metric, {{rate, rate}, {.3, .3}}, 1), 1 + kRounding) << rate;
        EXPECT_LE(meanHarm(alone, {{rate, .9}, {rate, .01}}, 1), 1 + kRounding) << rate;
    }
    EXPECT_NEAR(meanHarm(alone, {{.3, .9}, {.3, .01}}, 1), 1, kRounding);
}

// Over three intervals, so that a start lies in the midst of a step and bets by what an earlier one saw.
double meanOfPart(double (HarmMixture::*part)() const, const std::vector<Rates>& rates, double temper = 1) {
    api::Metric metric = comparing();
    metric.max = .3;
    return meanOverTables(kCanary, kStable, rates, [&](const std::vector<Table>& tables) {
        HarmMixture evidence;
        evidence.open();
        for (const Table& table : tables) evidence.add(HarmTick(metric, table, temper));
        return std::exp((evidence.*part)());
    });
}

TEST(HarmMixture, HasAMeanOfExactlyOneAtTheFactorWithAStartBeforeEveryStratum) {
    const auto rates = [](double ratio) {
        return std::vector<Rates>{
            {withOdds(.2, ratio), .2}, {withOdds(.5, ratio), .5}, {withOdds(.05, ratio), .05}};
    };
    EXPECT_NEAR(meanOfPart(&HarmMixture::logOdds, rates(1.2)), 1, kRounding);
    for (const double ratio : {.3, 1.0}) {
        EXPECT_LE(meanOfPart(&HarmMixture::logOdds, rates(ratio)), 1 + kRounding) << ratio;
    }
    EXPECT_LE(meanOfPart(&HarmMixture::logOdds, rates(1.2), 1.7), 1 + kRounding);
    EXPECT_GT(meanOfPart(&HarmMixture::logOdds, rates(1.5)), 1);
}

TEST(HarmMixture, HasAMeanOfExactlyOneAtTheLimitWithAStartBeforeEveryStratum) {
    EXPECT_NEAR(meanOfPart(&HarmMixture::logLimit, {{.3, .1}, {.3, .8}, {.3, .5}}), 1, kRounding);
    EXPECT_LE(meanOfPart(&HarmMixture::logLimit, {{.3, .1}, {.1, .1}, {.2, .5}}), 1 + kRounding);
    EXPECT_GT(meanOfPart(&HarmMixture::logLimit, {{.4, .1}, {.4, .1}, {.4, .1}}), 1);
}

TEST(HarmMixture, HasAMeanOfAtMostOneWithinTheDifferenceWithAStartBeforeEveryStratum) {
    for (const double first : {.0, .1, .5}) {
        for (const double second : {.0, .4, .8}) {
            const std::vector<Rates> rates{
                {first + .05, first}, {second + .05, second}, {first + .05, first}};
            EXPECT_LE(meanOfPart(&HarmMixture::logDifference, rates), 1 + kRounding) << first << second;
        }
    }
    EXPECT_GT(meanOfPart(&HarmMixture::logDifference, {{.6, .1}, {.6, .1}, {.6, .1}}), 1);
}

// Of both answers one may be true: the null is that the canary is worse by the factor and by the difference.
TEST(SafeEvidence, HasAMeanOfAtMostOneWhereTheCanaryIsWorseByBothMargins) {
    for (const double ratio : {1.5, 4.0}) {
        for (const double first : {.2, .4, .7}) {
            for (const double second : {.05, .3, .6}) {
                const auto canary = [&](double stable) {
                    return std::max(withOdds(stable, ratio), stable + .1);
                };
                const std::vector<Rates> rates{{canary(first), first}, {canary(second), second}};
                EXPECT_LE(meanSafe(comparing(), rates), 1 + kRounding)
                    << ratio << " " << first << " " << second;
            }
        }
    }
}

TEST(SafeEvidence, HasAMeanOfAtMostOneAboveALimitWhateverStableDoes) {
    api::Metric metric = comparing();
    metric.max = .3;
    for (const double rate : {.3, .5, .95}) {
        for (const double stable : {.01, .3, .9}) {
            EXPECT_LE(meanSafe(metric, {{rate, stable}, {rate, stable}}), 1 + kRounding)
                << rate << " " << stable;
        }
    }
}

double meanAgainstLimit(double rate, const std::vector<double>& grid) {
    double mean = 0;
    for (uint64_t bad = 0; bad <= 30; ++bad) {
        const auto logs = limitIncrements(30, static_cast<double>(bad), .1, grid);
        mean += binomial(30, bad, rate) * std::exp(logMeanExp(logs));
    }
    return mean;
}

TEST(AbsoluteLimit, MeanIsAtMostOneOnTheSideOfItsNull) {
    for (const double rate : {.001, .03, .09})
        EXPECT_LE(meanAgainstLimit(rate, limitHarmOdds()), 1 + kRounding);
    for (const double rate : {.11, .4, .99})
        EXPECT_LE(meanAgainstLimit(rate, limitSafeOdds()), 1 + kRounding);
}

// Two intervals with so many restarts each; given their number the canary's are binomial.
double meanPods(double ratio) {
    constexpr std::array<uint64_t, 2> kEvents{4, 6};
    const double share = 20 * ratio / (20 * ratio + 50);
    double mean = 0;
    for (uint64_t first = 0; first <= kEvents[0]; ++first) {
        for (uint64_t second = 0; second <= kEvents[1]; ++second) {
            PodsEvidence pods;
            PodsTick tick;
            tick.canarySeconds = 20;
            tick.stableSeconds = 50;
            const std::array<uint64_t, 2> canary{first, second};
            double weight = 1;
            for (size_t i = 0; i < canary.size(); ++i) {
                tick.canary[0] = static_cast<double>(canary[i]);
                tick.stable[0] = static_cast<double>(kEvents[i] - canary[i]);
                pods.add(tick, 10);
                pods.startStep();
                weight *= binomial(kEvents[i], canary[i], share);
            }
            mean += weight * std::exp(pods.evidence());
        }
    }
    return mean;
}

TEST(PodsEvidence, HasAMeanOfExactlyOneAtTheMarginAndAtMostOneBelowIt) {
    EXPECT_NEAR(meanPods(1.2), 1, kRounding);
    for (const double ratio : {.1, .8, 1.1}) EXPECT_LE(meanPods(ratio), 1 + kRounding) << ratio;
}

}  // namespace
}  // namespace serin::judge
