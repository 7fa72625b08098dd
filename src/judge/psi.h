#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace serin::judge {

// Population stability index of two lists of counts over the same buckets, with Jeffreys' half a count added
// to every bucket: sum of (q - p)·ln(q/p). At least one bucket.
double populationStability(const std::vector<uint64_t>& reference, const std::vector<uint64_t>& current);
// Each bucket's part of that sum; none is negative.
std::vector<double> stabilityParts(const std::vector<uint64_t>& reference,
                                   const std::vector<uint64_t>& current);

// The share of the chance of error that look i = 1, 2, … may spend: 6/(pi·i)^2, all of which sum up to 1.
double lookShare(int look);

// The index as a test statistic: without drift it is about scale·chi-square with `degrees` degrees of
// freedom, and with a true index of d about scale·noncentral chi-square(d/scale). Asymptotic.
struct StabilityScale {
    double scale = 0;    // 1/n + 1/m
    double degrees = 0;  // buckets - 1

    StabilityScale(uint64_t reference, uint64_t current, size_t buckets);
    // An index less what chance alone makes of it in the mean; 0 at least.
    double debiased(double psi) const { return std::max(0.0, psi - degrees * scale); }
    // Enough observations to tell an index of `threshold` from none.
    bool enough(double threshold) const { return degrees * scale <= threshold / 3; }
    // Whether an index of `psi` or more has at most probability `error` while the true one is at most
    // `threshold`.
    bool speaksAbove(double psi, double threshold, double error) const;
    // Whether an index of `psi` or less has at most probability `error` while the true one is at least
    // `threshold`.
    bool speaksBelow(double psi, double threshold, double error) const;
};

}  // namespace serin::judge
