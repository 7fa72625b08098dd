#include "judge/noncentral_chi2.h"

#include <gtest/gtest.h>

#include <vector>

namespace serin::judge {
namespace {

// Expected values: scipy 1.17 (stats.ncx2: cdf, sf, isf, ppf).
TEST(NoncentralChi2, BothTailsAgreeWithScipy) {
    struct Case {
        double x, degrees, noncentrality, lower, upper;
    };
    for (const Case& c : std::vector<Case>{
             {10, 9, 5, 0.283435713744084, 0.716564286255916},
             {150, 9, 100, 0.970369329355866, 0.0296306706441347},
             {300, 9, 200, 0.998267155364525, 0.00173284463547485},
             {60, 9, 100, 0.00337973039805369, 0.996620269601946},
             {1, 4, 0.5, 0.0730952187077751, 0.926904781292225},
             {5300, 9, 5000, 0.97905798211195, 0.0209420178880516},
         }) {
        EXPECT_NEAR(noncentralChi2Lower(c.x, c.degrees, c.noncentrality) / c.lower, 1, 1e-9) << c.x;
        EXPECT_NEAR(noncentralChi2Upper(c.x, c.degrees, c.noncentrality) / c.upper, 1, 1e-9) << c.x;
    }
}

TEST(NoncentralChi2, HasTheTailProbabilityAtScipysQuantiles) {
    struct Case {
        double degrees, noncentrality, probability, upper, lower;
    };
    for (const Case& c : std::vector<Case>{
             {9, 100.0, 0.006, 165.487934368425, 62.995353569998},
             {9, 30, 0.01, 70.3958213070035, 16.0680840412304},
             {9, 200, 0.0006, 310.955395969723, 125.899370458622},
             {9, 230.769, 1e-05, 387.5670448021, 126.149741512374},
             {4, 0.5, 0.05, 10.6329183449872, 0.804558129855497},
             {9, 5000, 0.001, 5454.74692496891, 4580.34758779188},
             {29, 100000.0, 0.0001, 102394.107680482, 97689.5532893072},
             {1, 2, 0.3, 3.7626687465566, 0.842592525555622},
         }) {
        EXPECT_NEAR(noncentralChi2Upper(c.upper, c.degrees, c.noncentrality) / c.probability, 1, 1e-8);
        EXPECT_NEAR(noncentralChi2Lower(c.lower, c.degrees, c.noncentrality) / c.probability, 1, 1e-8);
    }
}

TEST(NoncentralChi2, WithoutNoncentralityIsTheCentralOne) {
    EXPECT_NEAR(noncentralChi2Upper(16.9189776046205, 9, 0), 0.05, 1e-12);
    EXPECT_NEAR(noncentralChi2Lower(16.9189776046205, 9, 0), 0.95, 1e-12);
}

}  // namespace
}  // namespace serin::judge
