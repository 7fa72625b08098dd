#pragma once

#include <cmath>
#include <cstdint>

namespace serin::simulation {

// Chance from a seed (splitmix64), the same on every platform. One generator for each use, made from the
// run's seed, so that leaving out a fault does not move the draws of everything else.
class Random {
  public:
    Random(uint64_t seed, uint64_t use) : state_(seed * 0x9E3779B97F4A7C15ULL ^ (use << 32U)) { next(); }

    uint64_t next() {
        uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31U);
    }
    // In [0, 1).
    double uniform() { return static_cast<double>(next() >> 11U) * 0x1p-53; }
    // Both ends included.
    int between(int low, int high) {
        return low + static_cast<int>(next() % static_cast<uint64_t>(high - low + 1));
    }
    bool chance(double probability) { return uniform() < probability; }
    // Successes of `n` trials: exact by inversion while few are expected, else the normal approximation.
    uint64_t binomial(uint64_t n, double p) {
        if (n == 0 || p <= 0) return 0;
        if (p >= 1) return n;
        const double size = static_cast<double>(n);
        if (size * p > 40) return normal(size * p, std::sqrt(size * p * (1 - p)), size);
        double term = std::pow(1 - p, size);
        double left = uniform() - term;
        uint64_t k = 0;
        while (left > 0 && k < n) {
            term *= (size - static_cast<double>(k)) / static_cast<double>(k + 1) * p / (1 - p);
            ++k;
            left -= term;
        }
        return k;
    }

  private:
    // The sum of twelve uniform numbers is near enough to a normal one.
    uint64_t normal(double mean, double deviation, double most) {
        double sum = -6;
        for (int i = 0; i < 12; ++i) sum += uniform();
        return static_cast<uint64_t>(std::llround(std::fmin(most, std::fmax(0.0, mean + deviation * sum))));
    }

    uint64_t state_;
};

}  // namespace serin::simulation
