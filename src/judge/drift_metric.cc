#include "judge/drift_metric.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "judge/psi.h"

namespace serin::judge {
namespace {

// The share of look i = 1, 2, …; all shares sum up to 1.
double lookShare(int i) {
    return 6 / (std::numbers::pi * std::numbers::pi * i * i);
}

Histogram sumOf(const std::vector<PodCounts>& pods, Histogram sum, bool& any) {
    for (const PodCounts& pod : pods) {
        if (!pod.warm || pod.counts->total == 0 || !isHistogram(*pod.counts)) continue;
        const Histogram next{pod.counts->edges, pod.counts->buckets};
        sum = sum.buckets.empty() ? next : merged(sum, next);
        any = true;
    }
    return sum;
}

}  // namespace

void DriftEvidence::startStep() {
    stable = {};
    canary = {};
    invalid = false;
    strata = 0;
    looksInStep = 0;
    verdict = api::Verdict::NoData;
}

void DriftEvidence::add(const api::Metric& metric, const std::vector<PodCounts>& canaryPods,
                        const std::vector<PodCounts>& stablePods, double falseAlarm, double missedHarm) {
    bool canaryAny = false, stableAny = false;
    const uint64_t before = canary.total();
    canary = sumOf(canaryPods, canary, canaryAny);
    stable = sumOf(stablePods, stable, stableAny);
    samples += canary.total() - before;
    if (canary.buckets.empty() || stable.buckets.empty()) return;
    const std::vector<double> edges = sharedEdges(canary.edges, stable.edges);
    invalid = edges.empty();
    if (invalid) {
        verdict = api::Verdict::Invalid;
        return;
    }
    canary = coarsened(canary, edges);
    stable = coarsened(stable, edges);
    if (verdict == api::Verdict::NoData) verdict = api::Verdict::Continue;
    if (!metric.psi || !canaryAny) return;
    const StabilityScale scale(stable.total(), canary.total(), canary.buckets.size());
    if (strata == 0 && !scale.enough(*metric.psi)) return;
    ++strata;
    if (std::has_single_bit(strata)) look(*metric.psi, falseAlarm, missedHarm);
}

void DriftEvidence::look(double threshold, double falseAlarm, double missedHarm) {
    ++looksInStep;
    ++looksInAttempt;
    const StabilityScale scale(stable.total(), canary.total(), canary.buckets.size());
    const double psi = populationStability(stable.buckets, canary.buckets);
    if (scale.speaksAbove(psi, threshold, falseAlarm * lookShare(looksInAttempt))) {
        verdict = api::Verdict::Harm;
    } else if (scale.speaksBelow(psi, threshold, missedHarm * lookShare(looksInStep))) {
        verdict = api::Verdict::Safe;
    } else {
        verdict = api::Verdict::Continue;
    }
}

double DriftEvidence::index() const {
    if (invalid || canary.total() == 0 || stable.total() == 0) return 0;
    const StabilityScale scale(stable.total(), canary.total(), canary.buckets.size());
    return std::max(0.0, populationStability(stable.buckets, canary.buckets) - scale.degrees * scale.scale);
}

double DriftEvidence::missing(const api::Metric& metric) const {
    if (!metric.psi || strata > 0 || canary.total() == 0 || stable.total() == 0) return 0;
    const StabilityScale scale(stable.total(), canary.total(), canary.buckets.size());
    // Both arms grow alike: the scale falls as 1/growth.
    const double growth = scale.degrees * scale.scale / (*metric.psi / 3);
    return std::ceil(static_cast<double>(canary.total()) * std::max(0.0, growth - 1));
}

}  // namespace serin::judge
