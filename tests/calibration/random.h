#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace serin::calibration {

// Chance from a seed. The engine is the standard's, whose numbers are fixed; the samplers are our own,
// because the standard leaves the algorithms of its distributions to the library. Exact up to the rounding of
// doubles.
class Random {
  public:
    explicit Random(uint64_t seed) : engine_(seed) {}

    // Strictly between 0 and 1.
    double uniform() { return (static_cast<double>(engine_() >> 11U) + .5) * 0x1p-53; }
    size_t below(size_t n) { return static_cast<size_t>(engine_() % n); }
    double normal();
    // Mean `shape`, variance `shape`.
    double gamma(double shape);
    // Mean 1; 1 when the variance is 0.
    double gammaFactor(double variance);
    uint64_t poisson(double mean);
    uint64_t binomial(uint64_t n, double p);
    // How many of `n` fall into each class; the shares sum up to 1.
    std::vector<uint64_t> multinomial(uint64_t n, const std::vector<double>& shares);

  private:
    std::mt19937_64 engine_;
};

}  // namespace serin::calibration
