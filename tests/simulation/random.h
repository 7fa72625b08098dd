#pragma once

#include <cmath>
#include <cstdint>

namespace serin::simulation {

// Chance from a seed (splitmix64), the same on every platform. One generator for each use, made from the
// run's seed, so that leaving out a fault does not move the draws of everything else.
class Random {
  public:
    // The seed is mixed first: the streams of neighbouring seeds would be the same one, a step apart.
    Random(uint64_t seed, uint64_t use) : state_(mixed(mixed(seed + kStep) ^ use)) {}

    uint64_t next() { return mixed(state_ += kStep); }
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
        if (n != none_.n || p != none_.p) none_ = {n, p, std::pow(1 - p, size)};
        double term = none_.probability;
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

    static constexpr uint64_t kStep = 0x9E3779B97F4A7C15ULL;

    static uint64_t mixed(uint64_t z) {
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31U);
    }

    uint64_t state_;
    // Of no success at all, as last asked for: the same n and p come again and again.
    struct None {
        uint64_t n = 0;
        double p = 0;
        double probability = 1;
    };
    None none_;
};

}  // namespace serin::simulation
