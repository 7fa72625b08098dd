#include "tally.h"

#include <algorithm>
#include <cmath>

#include "judge/special_functions.h"

namespace serin::calibration {

size_t Moments::happened() const {
    return static_cast<size_t>(
        std::count_if(seconds_.begin(), seconds_.end(), [](double second) { return std::isfinite(second); }));
}

double Moments::share() const {
    return seconds_.empty() ? 0 : static_cast<double>(happened()) / static_cast<double>(runs());
}

double Moments::quantile(double q) const {
    if (seconds_.empty()) return std::numeric_limits<double>::infinity();
    std::vector<double> sorted = seconds_;
    std::sort(sorted.begin(), sorted.end());
    const double rank = std::ceil(q * static_cast<double>(sorted.size()));
    return sorted[static_cast<size_t>(std::max(1.0, rank)) - 1];
}

void Tally::add(const Outcome& outcome) {
    harm.add(outcome.harm);
    safe.add(outcome.safe);
    proven.add(outcome.proven);
    for (size_t i = 0; i < kRivals; ++i) rivals[i].add(outcome.rivals[i]);
}

size_t mostByChance(size_t runs, double p) {
    size_t most = 0;
    // P(at least k of n) = I_p(k, n - k + 1).
    while (most < runs && judge::betaRegularised(p, static_cast<double>(most + 1),
                                                 static_cast<double>(runs - most)) >= .01) {
        ++most;
    }
    return most;
}

}  // namespace serin::calibration
