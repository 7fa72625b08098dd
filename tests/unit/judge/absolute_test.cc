#include "judge/absolute.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "judge/grids.h"
#include "judge/log_math.h"

namespace serin::judge {
namespace {

// Requests without any error until the evidence for "below the limit" reaches 20.
int requestsToSafe(double limit) {
    for (int n = 1;; ++n) {
        if (logMeanExp(limitIncrements(n, 0, limit, limitSafeOdds())) >= std::log(20.0)) return n;
    }
}

// Counted apart with numpy. The alternative "no errors at all" alone would need 90 and 459.
TEST(AbsoluteLimit, ZeroErrorsBecomeSafe) {
    EXPECT_EQ(requestsToSafe(.05), 74);
    EXPECT_EQ(requestsToSafe(.01), 377);
    EXPECT_GT(limitIncrements(90, 0, .05, {0})[0] - std::log(5.0), std::log(20.0));
    EXPECT_GT(limitIncrements(459, 0, .01, {0})[0] - std::log(5.0), std::log(20.0));
}

TEST(AbsoluteLimit, MeanIsOneAtTheLimitForBothDirections) {
    for (const auto& grid : {limitHarmOdds(), limitSafeOdds()}) {
        double mean = 0;
        double weight = std::pow(.9, 30);  // P(0 of 30) at 10 %
        for (int x = 0; x <= 30; ++x) {
            mean += weight * std::exp(logMeanExp(limitIncrements(30, x, .1, grid)));
            weight *= (30.0 - x) / (x + 1) * .1 / .9;
        }
        EXPECT_NEAR(mean, 1, 1e-12);
    }
}

TEST(AbsoluteLimit, OneErrorRefutesTheAlternativeOfNone) {
    const std::vector<double> logs = limitIncrements(10, 1, .05, limitSafeOdds());
    EXPECT_EQ(logs[0], -std::numeric_limits<double>::infinity());
    EXPECT_TRUE(std::isfinite(logMeanExp(logs)));
}

// Expected values: scipy 1.17 (stats.beta.isf(error, bad + 1, total - bad)).
TEST(UpperRate, AgreesWithClopperAndPearson) {
    EXPECT_NEAR(upperRate(2995, 0, .05), 0.000999744420901142, 1e-12);
    EXPECT_NEAR(upperRate(299, 0, .05), 0.00996914679289927, 1e-12);
    EXPECT_NEAR(upperRate(10000, 50, .005), 0.00711902727618245, 1e-11);
    EXPECT_NEAR(upperRate(5120, 21, .0025), 0.00730515683397645, 1e-11);
    EXPECT_EQ(upperRate(100, 100, .01), 1);
    EXPECT_EQ(upperRate(0, 0, .01), 1);
}

}  // namespace
}  // namespace serin::judge
