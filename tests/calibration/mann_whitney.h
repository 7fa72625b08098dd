#pragma once

#include <vector>

namespace serin::calibration {

// How far the first sample lies above the second (Hodges-Lehmann), and the confidence interval that belongs
// to the Mann-Whitney U test.
struct Shift {
    double estimate = 0;
    double low = 0;
    double high = 0;
};

// By the normal approximation with continuity correction. Neither sample may be empty.
Shift shiftBetween(const std::vector<double>& a, const std::vector<double>& b, double confidence);

// The normal distribution's quantile.
double normalQuantile(double p);

}  // namespace serin::calibration
