#include "judge/fnch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "enumeration.h"
#include "judge/grids.h"
#include "judge/log_math.h"
#include "judge/poisson.h"

namespace serin::judge {
namespace {

const std::vector<double> kGrid = harmOdds(1);
const Table kFirst{300, 6, 2700, 12};
const Table kSecond{300, 1, 2700, 14};

double evidence(const Table& table, double r0, const std::vector<double>& grid) {
    return logMeanExp(fnchIncrements(ConditionalTable(table), r0, grid));
}

Events asEvents(const Table& table) {
    return {static_cast<double>(table.canaryBad), static_cast<double>(table.stableBad),
            static_cast<double>(table.canary), static_cast<double>(table.stable)};
}

TEST(Fnch, IncrementsOfEveryGridPointAreThoseOfTheReference) {
    const std::vector<double> expected{.39280012,  .89466724,  1.55560756, 2.44708625,
                                       3.32259706, 3.63745546, 2.36491226, -3.83495473};
    const std::vector<double> found = fnchIncrements(ConditionalTable(kFirst), 1, kGrid);
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-8);
}

TEST(Fnch, MixturesAreThoseOfTheReference) {
    EXPECT_NEAR(evidence(kFirst, 1, kGrid), 2.491264093, 1e-8);
    EXPECT_NEAR(evidence(kFirst, 1.2, harmOdds(1.2)), 1.862235768, 1e-8);
    EXPECT_NEAR(evidence(kSecond, 2, safeOdds(2)), .704872805, 1e-8);
}

// The reference's second interval continues the first: its number is the change of the mixture over both.
TEST(Fnch, TheSecondIntervalContinuesTheFirst) {
    std::vector<double> sums = fnchIncrements(ConditionalTable(kFirst), 1, kGrid);
    const std::vector<double> second = fnchIncrements(ConditionalTable(kSecond), 1, kGrid);
    EXPECT_NEAR(logMeanExp(second), -.902963082, 1e-8);
    const double before = logMeanExp(sums);
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += second[i];
    EXPECT_LT(logMeanExp(sums), before);
}

// Expected values: mpmath with 40 digits, summing the whole support.
TEST(Fnch, LargeCountsLoseNoDigits) {
    struct Case {
        Table table;
        double odds, r0, increment;
    };
    for (const Case& c : std::vector<Case>{
             {{300, 6, 2700, 12}, 2.0, 1.0, 2.44708624647298},
             {{300, 6, 2700, 12}, 30.0, 1.2, -4.5726132164023},
             {{2000, 200, 6000, 300}, 1.5, 1.2, 10.6001622468673},
             {{50000, 900, 150000, 1500}, 3.0, 1.2, -26.6645632967193},
             {{5, 3, 7, 4}, 0.5, 1.0, -0.243886516706454},
         }) {
        EXPECT_NEAR(fnchIncrements(ConditionalTable(c.table), c.r0, {c.odds})[0], c.increment, 1e-10);
    }
}

std::vector<Table> tablesWith(uint64_t canary, uint64_t stable, uint64_t bad) {
    std::vector<Table> out;
    for (uint64_t x = bad > stable ? bad - stable : 0; x <= std::min(canary, bad); ++x) {
        out.push_back({canary, x, stable, bad - x});
    }
    return out;
}

// Mean of the mixture under true odds, by enumeration with plain binomial coefficients.
double meanEvidence(uint64_t a, uint64_t b, uint64_t e, double r0, const std::vector<double>& grid,
                    double truth) {
    double weights = 0, sum = 0;
    for (const Table& t : tablesWith(a, b, e)) {
        const double weight = choose(a, t.canaryBad) * choose(b, t.stableBad) *
                              std::pow(truth, static_cast<double>(t.canaryBad));
        weights += weight;
        sum += weight * std::exp(evidence(t, r0, grid));
    }
    return sum / weights;
}

TEST(Fnch, MeanIsExactlyOneAtTheMarginAndAtMostOneBeyondIt) {
    for (const uint64_t a : {1, 3, 8, 12}) {
        for (const uint64_t b : {1, 5, 20}) {
            for (uint64_t e = 0; e <= a + b; e += 2) {
                EXPECT_NEAR(meanEvidence(a, b, e, 1.2, harmOdds(1.2), 1.2), 1, 1e-12)
                    << a << " " << b << " " << e;
                EXPECT_LE(meanEvidence(a, b, e, 1.2, harmOdds(1.2), 0.7), 1 + 1e-12);
                EXPECT_NEAR(meanEvidence(a, b, e, 1.5, safeOdds(1.5), 1.5), 1, 1e-12)
                    << a << " " << b << " " << e;
                EXPECT_LE(meanEvidence(a, b, e, 1.5, safeOdds(1.5), 4), 1 + 1e-12);
            }
        }
    }
}

TEST(Fnch, EvidenceOfHarmGrowsWithTheCanarysShareOfTheErrors) {
    double last = -1e300;
    for (const Table& table : tablesWith(50, 150, 20)) {
        const double now = evidence(table, 1.2, harmOdds(1.2));
        EXPECT_GT(now, last);
        last = now;
    }
}

TEST(Fnch, SaysNothingWithoutErrorsOrWithoutAnArm) {
    for (const Table& table : {Table{500, 0, 900, 0}, Table{0, 0, 900, 7}, Table{40, 40, 60, 60}, Table{}}) {
        EXPECT_EQ(evidence(table, 1.2, harmOdds(1.2)), 0);
    }
    EXPECT_NEAR(evidence({40, 7, 0, 0}, 1.2, harmOdds(1.2)), 0, 1e-12);
}

TEST(Fnch, MillionsOfErrorsStayFinite) {
    const double found = evidence({10'000'000, 1'000'000, 10'000'000, 900'000}, 1.0, harmOdds(1));
    EXPECT_TRUE(std::isfinite(found));
    EXPECT_GT(found, 1000);
}

TEST(ConditionalBinomial, IsThatOfTheReference) {
    EXPECT_NEAR(logMeanExp(poissonIncrements(asEvents(kFirst), 1, kGrid)), 2.461469080, 1e-8);
    EXPECT_NEAR(logMeanExp(poissonIncrements(asEvents(kSecond), 1, kGrid)), -.904364771, 1e-8);
    EXPECT_NEAR(logMeanExp(poissonIncrements(asEvents(kFirst), 1.2, harmOdds(1.2))), 1.833182711, 1e-8);
}

TEST(ConditionalBinomial, MeanIsExactlyOneAtTheMargin) {
    const double share = 10 * 1.2 / (10 * 1.2 + 30);
    for (uint64_t e = 0; e <= 12; ++e) {
        double mean = 0;
        for (uint64_t x = 0; x <= e; ++x) {
            const double weight = choose(e, x) * std::pow(share, static_cast<double>(x)) *
                                  std::pow(1 - share, static_cast<double>(e - x));
            const Events events{static_cast<double>(x), static_cast<double>(e - x), 10, 30};
            mean += weight * std::exp(logMeanExp(poissonIncrements(events, 1.2, harmOdds(1.2))));
        }
        EXPECT_NEAR(mean, 1, 1e-12);
    }
}

}  // namespace
}  // namespace serin::judge
