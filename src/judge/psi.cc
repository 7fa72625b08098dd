#include "judge/psi.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "judge/noncentral_chi2.h"

namespace serin::judge {

std::vector<double> stabilityParts(const std::vector<uint64_t>& reference,
                                   const std::vector<uint64_t>& current) {
    const double k = static_cast<double>(reference.size());
    const auto sum = [](const std::vector<uint64_t>& counts) {
        return static_cast<double>(std::accumulate(counts.begin(), counts.end(), uint64_t{0}));
    };
    const double n = sum(reference) + k / 2;
    const double m = sum(current) + k / 2;
    std::vector<double> out;
    for (size_t i = 0; i < reference.size(); ++i) {
        const double p = (static_cast<double>(reference[i]) + 0.5) / n;
        const double q = (static_cast<double>(current[i]) + 0.5) / m;
        out.push_back((q - p) * std::log(q / p));
    }
    return out;
}

double populationStability(const std::vector<uint64_t>& reference, const std::vector<uint64_t>& current) {
    const std::vector<double> parts = stabilityParts(reference, current);
    return std::accumulate(parts.begin(), parts.end(), 0.0);
}

double lookShare(int look) {
    return 6 / (std::numbers::pi * std::numbers::pi * look * look);
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
