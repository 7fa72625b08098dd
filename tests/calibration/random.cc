#include "random.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "judge/special_functions.h"

namespace serin::calibration {
namespace {

// A term smaller than this can no longer hold the number that was drawn, but for rounding.
constexpr double kNegligible = 1e-18;

// By inversion from the mode outwards, in about as many steps as the distribution is wide. `up(k)` is the
// ratio of the terms at k + 1 and k.
template <typename Up>
uint64_t aroundMode(double u, uint64_t mode, uint64_t most, double atMode, Up up) {
    uint64_t low = mode, high = mode;
    double below = atMode, above = atMode;
    u -= atMode;
    while (u > 0 && (below > kNegligible || above > kNegligible)) {
        above = high < most ? above * up(high) : 0;
        if (above > 0) {
            ++high;
            u -= above;
            if (u <= 0) return high;
        }
        below = low > 0 ? below / up(low - 1) : 0;
        if (below > 0) {
            --low;
            u -= below;
            if (u <= 0) return low;
        }
    }
    return mode;
}

}  // namespace

double Random::normal() {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
}

// Marsaglia and Tsang, "A simple method for generating gamma variables" (2000).
double Random::gamma(double shape) {
    if (shape < 1) return gamma(shape + 1) * std::pow(uniform(), 1 / shape);
    const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
    while (true) {
        const double x = normal();
        const double root = 1 + c * x;
        if (root <= 0) continue;
        const double v = root * root * root;
        if (std::log(uniform()) < x * x / 2 + d - d * v + d * std::log(v)) return d * v;
    }
}

double Random::gammaFactor(double variance) {
    return variance > 0 ? gamma(1 / variance) * variance : 1;
}

uint64_t Random::poisson(double mean) {
    if (mean <= 0) return 0;
    const double mode = std::floor(mean);
    const auto up = [mean](uint64_t k) { return mean / static_cast<double>(k + 1); };
    return aroundMode(uniform(), static_cast<uint64_t>(mode), UINT64_MAX,
                      std::exp(judge::logPoissonTerm(mode, mean)), up);
}

uint64_t Random::binomial(uint64_t n, double p) {
    if (n == 0 || p <= 0) return 0;
    if (p >= 1) return n;
    if (p > .5) return n - binomial(n, 1 - p);
    const double size = static_cast<double>(n), odds = p / (1 - p);
    const double mode = std::floor((size + 1) * p);
    const auto up = [size, odds](uint64_t k) {
        const double at = static_cast<double>(k);
        return (size - at) / (at + 1) * odds;
    };
    const double atMode =
        mode > 0 ? std::exp(judge::logBinomialTerm(mode, size, p)) : std::exp(size * std::log1p(-p));
    return aroundMode(uniform(), static_cast<uint64_t>(mode), n, atMode, up);
}

std::vector<uint64_t> Random::multinomial(uint64_t n, const std::vector<double>& shares) {
    std::vector<uint64_t> out(shares.size(), 0);
    double left = 1;
    for (size_t i = 0; i + 1 < shares.size() && n > 0; ++i) {
        out[i] = binomial(n, left > 0 ? std::min(1.0, shares[i] / left) : 1);
        n -= out[i];
        left -= shares[i];
    }
    if (!out.empty()) out.back() += n;
    return out;
}

}  // namespace serin::calibration
