#include "judge/equality_evidence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <utility>

#include "judge/log_math.h"

namespace serin::judge {
namespace {

TEST(EqualityEvidence, OfABlockIsThatOfTheReference) {
    const EqualityBlock block{{40, 30, 20, 10}, {300, 300, 250, 150}, {}, {}};
    EXPECT_NEAR(logDifferent(block, {.4, .3, .2, .1}, {.3, .3, .25, .15}), 2.717486147, 1e-8);
}

// Every way to put `count` observations into three classes, and its probability.
void forEach(uint64_t count, const std::vector<double>& shares,
             const std::function<void(const std::vector<uint64_t>&, double)>& visit) {
    for (uint64_t i = 0; i <= count; ++i) {
        for (uint64_t j = 0; i + j <= count; ++j) {
            const std::vector<uint64_t> counts{i, j, count - i - j};
            double log = std::lgamma(static_cast<double>(count) + 1);
            for (size_t k = 0; k < counts.size(); ++k) {
                log += timesLog(static_cast<double>(counts[k]), shares[k]) -
                       std::lgamma(static_cast<double>(counts[k]) + 1);
            }
            visit(counts, std::exp(log));
        }
    }
}

double meanEvidence(uint64_t canary, uint64_t stable, const std::vector<double>& shares) {
    double mean = 0;
    forEach(canary, shares, [&](const std::vector<uint64_t>& c, double ofCanary) {
        forEach(stable, shares, [&](const std::vector<uint64_t>& s, double ofStable) {
            EqualityEvidence evidence;
            evidence.add({c, s, {30, 5, 5}, {10, 40, 50}});
            mean += ofCanary * ofStable * std::exp(logMeanExp(evidence.bets));
        });
    });
    return mean;
}

TEST(EqualityEvidence, HasAMeanOfAtMostOneWhateverTheCommonSharesAre) {
    for (const auto& [canary, stable] : {std::pair{1U, 1U}, {3U, 9U}, {8U, 6U}}) {
        for (double first = 0.05; first < 1; first += .15) {
            for (double second = 0.05; first + second < 1; second += .15) {
                const double found = meanEvidence(canary, stable, {first, second, 1 - first - second});
                EXPECT_LE(found, 1 + 1e-12) << canary << " " << stable << " " << first << " " << second;
            }
        }
    }
}

TEST(EqualityEvidence, SaysNothingBeforeThereIsAPastOfBothArms) {
    EqualityEvidence evidence;
    evidence.add({{9, 1}, {1, 9}, {0, 0}, {0, 0}});
    evidence.add({{9, 1}, {1, 9}, {0, 0}, {5, 5}});
    EXPECT_EQ(evidence, EqualityEvidence{});
}

EqualityEvidence after(int blocks, const std::vector<uint64_t>& canary, const std::vector<uint64_t>& stable) {
    EqualityEvidence evidence;
    EqualityBlock block{canary, stable, {0, 0, 0}, {0, 0, 0}};
    for (int i = 0; i < blocks; ++i) {
        evidence.add(block);
        for (size_t k = 0; k < canary.size(); ++k) {
            block.canaryPast[k] += canary[k];
            block.stablePast[k] += stable[k];
        }
    }
    return evidence;
}

TEST(EqualityEvidence, GrowsOnlyWhereTheSharesDiffer) {
    EXPECT_GT(after(40, {40, 40, 20}, {300, 500, 200}).most, std::log(100.0));
    EXPECT_LT(after(40, {30, 50, 20}, {300, 500, 200}).most, 1);
}

TEST(EqualityEvidence, OnceSeenIsNotForgotten) {
    EqualityEvidence evidence = after(40, {40, 40, 20}, {300, 500, 200});
    const double most = evidence.most;
    for (int i = 0; i < 5; ++i) evidence.add({{30, 50, 20}, {300, 500, 200}, {90, 5, 5}, {5, 90, 5}});
    EXPECT_LT(logMeanExp(evidence.bets), most);
    EXPECT_EQ(evidence.most, most);
}

}  // namespace
}  // namespace serin::judge
