#pragma once

#include <vector>

namespace serin::judge {

// Alternatives that the tests bet on, uniformly weighted (statistics: mixture e-processes). `r0`, `r1`: the
// odds ratios of the null hypotheses "not worse than" and "at least as bad as".
inline std::vector<double> harmOdds(double r0) {
    return {1.1 * r0, 1.25 * r0, 1.5 * r0, 2 * r0, 3 * r0, 5 * r0, 10 * r0, 30 * r0};
}
inline std::vector<double> safeOdds(double r1) {
    return {1, 0.8, 0.5, (1 + r1) / 2};
}

// Odds ratios against an absolute limit.
inline std::vector<double> limitHarmOdds() {
    return {1.25, 1.5, 2, 3, 5, 10};
}
inline std::vector<double> limitSafeOdds() {
    return {0, 0.1, 0.25, 0.5, 0.75};
}

}  // namespace serin::judge
