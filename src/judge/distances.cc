#include "judge/distances.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "judge/log_math.h"

namespace serin::judge {
namespace {

// The sum of term(p, q) over the buckets' shares.
template <typename Term>
double sumOverShares(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b, Term term) {
    const auto total = [](const std::vector<uint64_t>& counts) {
        return static_cast<double>(std::accumulate(counts.begin(), counts.end(), uint64_t{0}));
    };
    const double n = total(a);
    const double m = total(b);
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) {
        sum += term(static_cast<double>(a[i]) / n, static_cast<double>(b[i]) / m);
    }
    return sum;
}

}  // namespace

double jensenShannonDistance(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b) {
    const double twice = sumOverShares(a, b, [](double p, double q) {
        const double middle = (p + q) / 2;
        return timesLog(p, p / middle) + timesLog(q, q / middle);
    });
    return std::sqrt(std::max(0.0, twice / 2));  // rounding may leave a little less than 0
}

double hellingerDistance(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b) {
    return std::sqrt(sumOverShares(a, b,
                                   [](double p, double q) {
                                       const double apart = std::sqrt(p) - std::sqrt(q);
                                       return apart * apart;
                                   }) /
                     2);
}

double totalVariation(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b) {
    return sumOverShares(a, b, [](double p, double q) { return std::abs(p - q); }) / 2;
}

double kolmogorovSmirnov(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b) {
    double upTo = 0;
    double most = 0;
    sumOverShares(a, b, [&](double p, double q) {
        upTo += p - q;
        most = std::max(most, std::abs(upTo));
        return 0.0;
    });
    return most;
}

}  // namespace serin::judge
