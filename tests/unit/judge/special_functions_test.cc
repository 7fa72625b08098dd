#include "judge/special_functions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace serin::judge {
namespace {

// Expected values: scipy 1.17 (special.gammainc, gammaincc, betainc).
struct GammaCase {
    double a, x, lower, upper;
};
const std::vector<GammaCase> kGamma{
    {0.5, 0.3, 0.561421973919, 0.438578026081},
    {4.5, 2, 0.0885874731683208, 0.911412526831679},
    {4.5, 12, 0.995698689156499, 0.00430131084350087},
    {100, 90, 0.15822098918643, 0.84177901081357},
    {100.5, 130, 0.996816919999278, 0.00318308000072243},
    {5000, 5100, 0.920671118922381, 0.079328881077619},
    {100000.0, 100100.0, 0.624445130704406, 0.375554869295595},
};

TEST(SpecialFunctions, IncompleteGammaAgreesWithScipyInBothTails) {
    for (const GammaCase& c : kGamma) {
        EXPECT_NEAR(gammaLower(c.a, c.x), c.lower, 1e-11) << c.a << " " << c.x;
        EXPECT_NEAR(gammaUpper(c.a, c.x) / c.upper, 1, 1e-11) << c.a << " " << c.x;
    }
}

TEST(SpecialFunctions, IncompleteBetaAgreesWithScipy) {
    EXPECT_NEAR(betaRegularised(0.2, 2, 3), 0.1808, 1e-12);
    EXPECT_NEAR(betaRegularised(0.001, 1, 2995), 0.950038296602644, 1e-11);
    EXPECT_NEAR(betaRegularised(0.03, 15, 900), 0.996675474009794, 1e-11);
    EXPECT_NEAR(betaRegularised(0.5, 100, 120), 0.911796062794982, 1e-11);
    EXPECT_NEAR(betaRegularised(0.9, 3, 0.5), 0.445415555347971, 1e-12);
    EXPECT_EQ(betaRegularised(0, 2, 3), 0);
    EXPECT_EQ(betaRegularised(1, 2, 3), 1);
}

TEST(SpecialFunctions, LogGammaIsTheLogarithmOfFactorials) {
    double factorial = 1;
    for (int n = 1; n < 25; ++n) {
        factorial *= n;
        EXPECT_NEAR(logGamma(n + 1.0), std::log(factorial), 1e-13 * std::max(1.0, std::log(factorial)));
    }
    EXPECT_NEAR(logGamma(0.5), 0.5 * std::log(std::acos(-1.0)), 1e-14);
}

TEST(SpecialFunctions, BinomialTermsSumUpToOne) {
    for (const double n : {1.0, 7.0, 40.0, 500.0}) {
        double sum = 0;
        for (double k = 0; k <= n; ++k) sum += std::exp(logBinomialTerm(k, n, 0.13));
        EXPECT_NEAR(sum, 1, 1e-13) << n;
    }
}

}  // namespace
}  // namespace serin::judge
