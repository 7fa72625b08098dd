#include "judge/confidence_sequence.h"

#include <cmath>
#include <limits>

namespace serin::judge {

void Moments::add(double value) {
    ++count;
    const double before = value - mean;
    mean += before / static_cast<double>(count);
    squares += before * (value - mean);
}

double Moments::deviation() const {
    return count < 2 ? 0 : std::sqrt(squares / static_cast<double>(count - 1));
}

double logMeanEvidence(const Moments& moments, double rho) {
    if (moments.count < 2 || moments.squares <= 0) return 0;
    if (moments.mean <= 0) return -std::numeric_limits<double>::infinity();
    const auto n = static_cast<double>(moments.count);
    const double v = n * rho * rho + 1;
    const double x = rho * n * moments.mean / (moments.deviation() * std::sqrt(v));
    const double half = x * x / 2;
    // ln(exp(half) - 1), for large ones too.
    const double raised = half > 30 ? half : std::log(std::expm1(half));
    return std::log(2.0) + raised - std::log(v) / 2;
}

double meanRadius(const Moments& moments, double rho, double error) {
    if (moments.count < 2) return 0;
    const auto n = static_cast<double>(moments.count);
    const double root = std::sqrt(n * rho * rho + 1);
    return moments.deviation() * root / (rho * n) * std::sqrt(2 * std::log1p(root / (2 * error)));
}

}  // namespace serin::judge
