#include "judge/psi.h"

#include <cmath>
#include <numeric>

#include "judge/noncentral_chi2.h"

namespace serin::judge {

double populationStability(const std::vector<uint64_t>& reference, const std::vector<uint64_t>& current) {
    const double k = static_cast<double>(reference.size());
    const auto sum = [](const std::vector<uint64_t>& counts) {
        return static_cast<double>(std::accumulate(counts.begin(), counts.end(), uint64_t{0}));
    };
    const double n = sum(reference) + k / 2;
    const double m = sum(current) + k / 2;
    double out = 0;
    for (size_t i = 0; i < reference.size(); ++i) {
        const double p = (static_cast<double>(reference[i]) + 0.5) / n;
        const double q = (static_cast<double>(current[i]) + 0.5) / m;
        out += (q - p) * std::log(q / p);
    }
    return out;
}

StabilityScale::StabilityScale(uint64_t reference, uint64_t current, size_t buckets)
    : scale(1 / static_cast<double>(reference) + 1 / static_cast<double>(current)),
      degrees(static_cast<double>(buckets) - 1) {}

bool StabilityScale::speaksAbove(double psi, double threshold, double error) const {
    return noncentralChi2Upper(psi / scale, degrees, threshold / scale) < error;
}

bool StabilityScale::speaksBelow(double psi, double threshold, double error) const {
    return noncentralChi2Lower(psi / scale, degrees, threshold / scale) < error;
}

}  // namespace serin::judge
