#include "mann_whitney.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace serin::calibration {

double normalQuantile(double p) {
    double low = -40, high = 40;
    for (int i = 0; i < 200; ++i) {
        const double middle = (low + high) / 2;
        (std::erfc(-middle / std::numbers::sqrt2) / 2 < p ? low : high) = middle;
    }
    return (low + high) / 2;
}

// The limits are order statistics of all differences (Hollander and Wolfe, "Nonparametric statistical
// methods", section 4.3): those by which U comes as far from its mean as chance may bring it.
Shift shiftBetween(const std::vector<double>& a, const std::vector<double>& b, double confidence) {
    std::vector<double> differences;
    differences.reserve(a.size() * b.size());
    for (const double x : a) {
        for (const double y : b) differences.push_back(x - y);
    }
    std::sort(differences.begin(), differences.end());
    const double m = static_cast<double>(a.size()), n = static_cast<double>(b.size());
    const double deviation = std::sqrt(m * n * (m + n + 1) / 12);
    const double reach = normalQuantile((1 + confidence) / 2) * deviation;
    const auto rank = static_cast<size_t>(std::max(0.0, std::floor(m * n / 2 + .5 - reach)));
    const size_t at = rank > 0 ? rank - 1 : 0;
    const size_t size = differences.size();
    return {(differences[(size - 1) / 2] + differences[size / 2]) / 2, differences[at],
            differences[size - 1 - at]};
}

}  // namespace serin::calibration
