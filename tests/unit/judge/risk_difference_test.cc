#include "judge/risk_difference.h"

#include <gtest/gtest.h>

#include <cmath>

#include "enumeration.h"

namespace serin::judge {
namespace {

TEST(RiskDifference, ProjectionAndEvidenceAreThoseOfTheReference) {
    EXPECT_NEAR(nearestStableRate(300, 2700, .005, .005, .01), .00465572337, 1e-8);
    EXPECT_NEAR(logSafeByDifference({300, 1, 2700, 14}, .005, .01), 1.90990213, 1e-8);
    EXPECT_NEAR(nearestStableRate(300, 2700, .001, .001, .01), .00090748647, 1e-8);
    EXPECT_NEAR(logSafeByDifference({300, 0, 2700, 0}, .001, .01), 2.74004769, 1e-8);
}

template <typename LogEvidence>
double mean(uint64_t a, uint64_t b, double pc, double ps, LogEvidence logEvidence) {
    double sum = 0;
    for (uint64_t x = 0; x <= a; ++x) {
        for (uint64_t y = 0; y <= b; ++y) {
            sum += binomial(a, x, pc) * binomial(b, y, ps) * std::exp(logEvidence(Table{a, x, b, y}));
        }
    }
    return sum;
}

TEST(RiskDifference, EvidenceOfSafetyHasAMeanOfAtMostOneWhereverTheCanaryIsWorse) {
    for (const double q : {.002, .05, .3}) {
        for (double ps = 0; ps <= .9; ps += .05) {
            for (double pc = ps + .1; pc <= 1; pc += .15) {
                const double found =
                    mean(6, 20, pc, ps, [&](const Table& t) { return logSafeByDifference(t, q, .1); });
                EXPECT_LE(found, 1 + 1e-12) << q << " " << pc << " " << ps;
            }
        }
    }
}

TEST(RiskDifference, EvidenceOfHarmHasAMeanOfAtMostOneWhereverTheCanaryIsNotWorse) {
    Past past;
    past.add({40, 12, 100, 5});
    for (double ps = 0; ps <= 1; ps += .04) {
        for (double pc = 0; pc <= std::min(1.0, ps + .05); pc += .05) {
            const double found =
                mean(6, 20, pc, ps, [&](const Table& t) { return logHarmByDifference(t, past, .05); });
            EXPECT_LE(found, 1 + 1e-12) << pc << " " << ps;
        }
    }
}

TEST(RiskDifference, SpeaksOfHarmOnlyWhenThePastDoes) {
    Past past;
    EXPECT_EQ(logHarmByDifference({100, 50, 100, 0}, past, .001), 0);
    past.add({1000, 5, 1000, 5});
    EXPECT_EQ(logHarmByDifference({100, 50, 100, 0}, past, .001), 0);
    past.add({1000, 60, 1000, 5});
    EXPECT_GT(logHarmByDifference({100, 50, 100, 0}, past, .001), 0);
}

}  // namespace
}  // namespace serin::judge
