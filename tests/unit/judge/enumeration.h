#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "judge/fnch.h"

namespace serin::judge {

// Exact for what these tests count.
inline double choose(uint64_t n, uint64_t k) {
    double out = 1;
    for (uint64_t i = 1; i <= k; ++i) out = out * static_cast<double>(n - k + i) / static_cast<double>(i);
    return out;
}

inline double binomial(uint64_t n, uint64_t k, double p) {
    return choose(n, k) * std::pow(p, static_cast<double>(k)) * std::pow(1 - p, static_cast<double>(n - k));
}

// Error rates of both versions.
struct Rates {
    double canary = 0;
    double stable = 0;
};

// The rate of which the odds are `ratio` times those of `rate`.
inline double withOdds(double rate, double ratio) {
    return ratio * rate / (1 - rate + ratio * rate);
}

// The mean of value(tables) over all outcomes of intervals in a row, each of `a` canary and `b` stable
// requests, with the rates of each interval.
template <typename Value>
double meanOverTables(uint64_t a, uint64_t b, const std::vector<Rates>& intervals, Value value,
                      const std::vector<Table>& before = {}) {
    if (before.size() == intervals.size()) return value(before);
    const Rates& rates = intervals[before.size()];
    double mean = 0;
    for (uint64_t x = 0; x <= a; ++x) {
        for (uint64_t y = 0; y <= b; ++y) {
            std::vector<Table> tables = before;
            tables.push_back({a, x, b, y});
            mean += binomial(a, x, rates.canary) * binomial(b, y, rates.stable) *
                    meanOverTables(a, b, intervals, value, tables);
        }
    }
    return mean;
}

}  // namespace serin::judge
