#pragma once

#include <cstdint>

namespace serin::judge {

// Number, mean and spread of a sequence, updated one value at a time (Welford).
struct Moments {
    uint64_t count = 0;
    double mean = 0;
    double squares = 0;  // sum of squared distances from the mean

    void add(double value);
    // Of the sample; 0 with fewer than two values.
    double deviation() const;
    bool operator==(const Moments&) const = default;
};

// ln of the e-value against "the mean of the sequence is at most 0", by the asymptotic confidence sequence of
// Waudby-Smith et al. (Annals of Statistics 2024, one-sided): 2(exp(x^2/2) - 1)/sqrt(v) with v = n rho^2 + 1
// and x = rho n mean/(sd sqrt(v)). Asymptotic: the values need a spread that settles, and there must be
// enough of them. -infinity while the mean is below 0; 0 with no spread or fewer than two values.
double logMeanEvidence(const Moments& moments, double rho);

// How far the true mean may be from that of the values, on one side, at any time but with chance `error`:
// where that e-value is 1/error. 0 with no spread or fewer than two values.
double meanRadius(const Moments& moments, double rho, double error);

}  // namespace serin::judge
