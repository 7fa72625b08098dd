#include "judge/distances.h"

#include <gtest/gtest.h>

#include <cmath>

#include "judge/wasserstein.h"

namespace serin::judge {
namespace {

struct Case {
    std::vector<uint64_t> a, b;
    double jensenShannon, hellinger, totalVariation, kolmogorovSmirnov;
};

// Expected values: scipy and numpy (spatial.distance.jensenshannon, and the formulas as they stand).
TEST(Distances, AreThoseOfScipy) {
    for (const Case& c :
         {Case{{100, 200, 300, 250, 150}, {90, 180, 320, 260, 150}, .024602039406, .024604211197, .03, .03},
          Case{{50, 30, 15, 5}, {20, 30, 30, 20}, .264655775638, .267656869195, .3, .3}}) {
        EXPECT_NEAR(jensenShannonDistance(c.a, c.b), c.jensenShannon, 1e-11);
        EXPECT_NEAR(hellingerDistance(c.a, c.b), c.hellinger, 1e-11);
        EXPECT_NEAR(totalVariation(c.a, c.b), c.totalVariation, 1e-14);
        EXPECT_NEAR(kolmogorovSmirnov(c.a, c.b), c.kolmogorovSmirnov, 1e-14);
    }
}

TEST(Distances, AreLargestWhereNothingIsShared) {
    const std::vector<uint64_t> a{0, 7, 0, 3}, b{11, 0, 4, 0};
    EXPECT_NEAR(jensenShannonDistance(a, b), std::sqrt(std::log(2.0)), 1e-14);
    EXPECT_NEAR(hellingerDistance(a, b), 1, 1e-14);
    EXPECT_NEAR(totalVariation(a, b), 1, 1e-14);
    EXPECT_LT(kolmogorovSmirnov(a, b), 1);
    EXPECT_NEAR(kolmogorovSmirnov({9, 0}, {0, 1}), 1, 1e-14);
}

TEST(Distances, OfEqualSharesAreNoneWhateverTheCounts) {
    for (const auto distance :
         {jensenShannonDistance, hellingerDistance, totalVariation, kolmogorovSmirnov}) {
        EXPECT_NEAR(distance({1, 2, 0, 3}, {1'000'000, 2'000'000, 0, 3'000'000}), 0, 1e-8);
    }
}

TEST(Distances, OnlyKolmogorovsMindsTheOrderOfTheBuckets) {
    const std::vector<uint64_t> a{1, 0, 3}, b{0, 4, 0}, swappedA{1, 3, 0}, swappedB{0, 0, 4};
    for (const auto distance : {jensenShannonDistance, hellingerDistance, totalVariation}) {
        EXPECT_NEAR(distance(a, b), distance(swappedA, swappedB), 1e-14);
    }
    EXPECT_NEAR(kolmogorovSmirnov(a, b), .75, 1e-14);
    EXPECT_NEAR(kolmogorovSmirnov(swappedA, swappedB), 1, 1e-14);
}

// Ten and ten whole numbers in buckets of which each has one number in its middle.
Histogram wholeNumbers(const std::vector<int>& values) {
    Histogram out;
    for (int edge = 0; edge <= 13; ++edge) out.edges.push_back(edge + .5);
    out.buckets.assign(out.edges.size() + 1, 0);
    for (const int value : values) ++out.buckets[static_cast<size_t>(value)];
    return out;
}

// Expected values: scipy.stats.wasserstein_distance and numpy's std of the numbers themselves.
TEST(Wasserstein, IsThatOfScipyInDeviationsOfTheReference) {
    const Histogram x = wholeNumbers({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    const Histogram y = wholeNumbers({2, 4, 4, 5, 7, 8, 9, 11, 12, 13});
    EXPECT_NEAR(wassersteinInDeviations(x, y).distance, .696310623823, 1e-11);
    EXPECT_NEAR(kolmogorovSmirnov(x.buckets, y.buckets), .3, 1e-14);
}

TEST(Wasserstein, IsTheShiftWhateverTheUnit) {
    const Histogram before{{1, 2, 3, 4, 5}, {0, 10, 20, 10, 0, 0}};
    const Histogram after{{1, 2, 3, 4, 5}, {0, 0, 10, 20, 10, 0}};
    const double found = wassersteinInDeviations(before, after).distance;
    EXPECT_NEAR(found, 1 / std::sqrt(.5), 1e-14);
    const Histogram milli{{1000, 2000, 3000, 4000, 5000}, before.buckets};
    EXPECT_NEAR(wassersteinInDeviations(milli, {milli.edges, after.buckets}).distance, found, 1e-12);
}

TEST(Wasserstein, IsUnknownWhereTheReferenceHasNoSpread) {
    EXPECT_TRUE(
        std::isinf(wassersteinInDeviations({{1, 2, 3}, {0, 9, 0, 0}}, {{1, 2, 3}, {0, 5, 4, 0}}).distance));
}

// Of many normal buckets the mean of it is about 1.27 times the root of 1/n + 1/m (simulated apart).
TEST(Wasserstein, KnowsWhatChanceAloneMakesOfIt) {
    Histogram normal;
    for (double edge = -4; edge <= 4; edge += .1) normal.edges.push_back(edge);
    double below = 0;
    for (const double edge : normal.edges) {
        const double upTo = std::erfc(-edge / std::sqrt(2.0)) / 2;
        normal.buckets.push_back(static_cast<uint64_t>(std::lround(1e6 * (upTo - below))));
        below = upTo;
    }
    normal.buckets.push_back(static_cast<uint64_t>(std::lround(1e6 * (1 - below))));
    const double total = static_cast<double>(normal.total());
    EXPECT_NEAR(wassersteinInDeviations(normal, normal).byChance / std::sqrt(2 / total), 1.27, .03);
}

}  // namespace
}  // namespace serin::judge
