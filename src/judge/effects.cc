#include "judge/effects.h"

#include <cmath>
#include <numbers>

#include "judge/distances.h"
#include "judge/psi.h"
#include "judge/wasserstein.h"

namespace serin::judge {
namespace {

constexpr double kMostByChance = 0.1 / 3;

// What chance alone makes of each measure in the mean, about or at most, while both arms come of the same
// shares. PSI is then scale·chi-square with `degrees` degrees of freedom, and both divergences an eighth of
// it.
double rootDivergenceByChance(const StabilityScale& scale) {
    return std::sqrt(scale.degrees * scale.scale / 8);
}

// Half the sum of sqrt(2/pi·p(1-p)·scale), which is largest for equal shares.
double variationByChance(const StabilityScale& scale) {
    return std::sqrt(2 / std::numbers::pi * scale.degrees * scale.scale) / 2;
}

// Kolmogorov's distribution has the mean sqrt(pi/2)·ln 2; in buckets it is less.
double kolmogorovByChance(const StabilityScale& scale) {
    return std::sqrt(std::numbers::pi / 2 * scale.scale) * std::numbers::ln2;
}

void addOrdered(const DriftEvidence& drift, const StabilityScale& scale, std::map<std::string, double>& out) {
    if (kolmogorovByChance(scale) <= kMostByChance) {
        out["kolmogorovSmirnov"] = kolmogorovSmirnov(drift.stable.buckets, drift.canary.buckets);
    }
    if (drift.stable.edges.size() < 2) return;
    const Wasserstein found = wassersteinInDeviations(drift.stable, drift.canary);
    if (std::isfinite(found.distance) && found.byChance <= kMostByChance) out["wasserstein"] = found.distance;
}

}  // namespace

std::map<std::string, double> effectsOf(const DriftEvidence& drift) {
    std::map<std::string, double> out;
    if (!drift.equality.bets.empty()) out["different"] = drift.equality.most;
    if (drift.invalid || drift.canary.total() == 0 || drift.stable.total() == 0) return out;
    const StabilityScale scale(drift.stable.total(), drift.canary.total(), drift.canary.buckets.size());
    if (rootDivergenceByChance(scale) <= kMostByChance) {
        out["jensenShannon"] = jensenShannonDistance(drift.stable.buckets, drift.canary.buckets);
        out["hellinger"] = hellingerDistance(drift.stable.buckets, drift.canary.buckets);
    }
    if (variationByChance(scale) <= kMostByChance) {
        out["totalVariation"] = totalVariation(drift.stable.buckets, drift.canary.buckets);
    }
    if (drift.classes.empty()) addOrdered(drift, scale, out);
    return out;
}

}  // namespace serin::judge
