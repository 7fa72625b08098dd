#include "judge/drift_metric.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "judge/classes.h"
#include "judge/collapse_counts.h"
#include "judge/psi.h"

namespace serin::judge {
namespace {

Histogram sumOf(const std::vector<PodCounts>& pods, Histogram sum) {
    for (const PodCounts& pod : pods) {
        if (!pod.warm || pod.counts->total == 0 || !isHistogram(*pod.counts)) continue;
        const Histogram next{pod.counts->edges, pod.counts->buckets};
        sum = sum.buckets.empty() ? next : merged(sum, next);
    }
    return sum;
}

std::vector<uint64_t> less(std::vector<uint64_t> counts, const std::vector<uint64_t>& past) {
    for (size_t i = 0; i < past.size(); ++i) counts[i] -= past[i];
    return counts;
}

// What came since `before`, in the buckets of now.
EqualityBlock histogramsSince(const DriftEvidence& before, const DriftEvidence& now) {
    const auto past = [&](const Histogram& arm) {
        return arm.buckets.empty() ? std::vector<uint64_t>(now.canary.buckets.size(), 0)
                                   : coarsened(arm, now.canary.edges).buckets;
    };
    EqualityBlock out;
    out.canaryPast = past(before.canary);
    out.stablePast = past(before.stable);
    out.canary = less(now.canary.buckets, out.canaryPast);
    out.stable = less(now.stable.buckets, out.stablePast);
    return out;
}

// The same of classes. Those that nobody had predicted before are one class: a bet is made before the counts.
EqualityBlock classesSince(const DriftEvidence& before, const DriftEvidence& now) {
    EqualityBlock out{{}, {}, before.canary.buckets, before.stable.buckets};
    for (auto* past : {&out.canaryPast, &out.stablePast}) past->push_back(0);
    out.canary.resize(before.classes.size() + 1, 0);
    out.stable = out.canary;
    for (size_t i = 0; i < now.classes.size(); ++i) {
        const auto place = std::lower_bound(before.classes.begin(), before.classes.end(), now.classes[i]);
        const bool known = place != before.classes.end() && *place == now.classes[i];
        const auto at = known ? static_cast<size_t>(place - before.classes.begin()) : before.classes.size();
        out.canary[at] += now.canary.buckets[i];
        out.stable[at] += now.stable.buckets[i];
    }
    out.canary = less(out.canary, out.canaryPast);
    out.stable = less(out.stable, out.stablePast);
    return out;
}

bool anySumIsNaN(const std::vector<PodCounts>& pods) {
    return std::ranges::any_of(pods, [](const PodCounts& pod) { return pod.counts->sumIsNaN; });
}

// Of one class there is nothing to tell apart from another, until one comes: it counts 0 as yet.
size_t bucketsOf(const Histogram& arm) {
    return std::max<size_t>(arm.buckets.size(), 2);
}

}  // namespace

void DriftEvidence::startStep() {
    stable = {};
    canary = {};
    classes.clear();
    invalid = false;
    strata = 0;
    looksInStep = 0;
    verdict = api::Verdict::NoData;
    if (CollapseEvidence* judged = collapse.ifMade()) judged->startStep();
}

bool DriftEvidence::addHistograms(const std::vector<PodCounts>& canaryPods,
                                  const std::vector<PodCounts>& stablePods) {
    canary = sumOf(canaryPods, canary);
    stable = sumOf(stablePods, stable);
    if (canary.buckets.empty() || stable.buckets.empty()) return false;
    const std::vector<double> edges = sharedEdges(canary.edges, stable.edges);
    invalid = edges.empty();
    if (invalid) {
        verdict = api::Verdict::Invalid;
        return false;
    }
    canary = coarsened(canary, edges);
    stable = coarsened(stable, edges);
    return true;
}

bool DriftEvidence::addClasses(const std::vector<PodCounts>& canaryPods,
                               const std::vector<PodCounts>& stablePods) {
    // A class that only one version has had so far counts 0 in the other.
    countClasses(canaryPods, classes, canary.buckets, {&stable.buckets});
    countClasses(stablePods, classes, stable.buckets, {&canary.buckets});
    return canary.total() > 0 && stable.total() > 0;
}

void DriftEvidence::addCollapse(const std::vector<PodCounts>& canaryPods,
                                const std::vector<PodCounts>& stablePods) {
    CollapseEvidence& judged = collapse.made();
    judged.add(!classes.empty(), favouriteTick(judged.favourite, canary.edges, canaryPods, stablePods),
               notNumbersTick(canaryPods, stablePods));
    chooseFavourite();
}

// For the next interval, by what was seen up to now.
void DriftEvidence::chooseFavourite() {
    if (canary.total() == 0 || stable.total() == 0) return;
    const Favourite next = mostFrequent(classes, canary);
    const auto count = [&](const Histogram& arm) { return static_cast<double>(countOf(next, classes, arm)); };
    const auto all = static_cast<double>(canary.total());
    const bool takesOver = next != collapse->favourite && count(canary) > kTakesOver * all;
    if (collapse->favourite.chosen && (!takesOver || !collapse->mayChoose())) return;
    collapse.made().choose(next, {all, count(canary), static_cast<double>(stable.total()), count(stable)});
}

void DriftEvidence::add(const api::Metric& metric, const std::vector<PodCounts>& canaryPods,
                        const std::vector<PodCounts>& stablePods, double falseAlarm, double missedHarm) {
    const DriftEvidence before = *this;
    const bool comparable =
        metric.byLabel.empty() ? addHistograms(canaryPods, stablePods) : addClasses(canaryPods, stablePods);
    const uint64_t added = canary.total() - before.canary.total();
    samples += added;
    onlyCanarySumIsNaN = anySumIsNaN(canaryPods) && !anySumIsNaN(stablePods);
    if (metric.collapse && !invalid) addCollapse(canaryPods, stablePods);
    if (!comparable) return;
    equality.add(metric.byLabel.empty() ? histogramsSince(before, *this) : classesSince(before, *this));
    if (verdict == api::Verdict::NoData) verdict = api::Verdict::Continue;
    if (!metric.psi || added == 0) return;
    const StabilityScale scale(stable.total(), canary.total(), bucketsOf(canary));
    if (strata == 0 && !scale.enough(*metric.psi)) return;
    ++strata;
    if (std::has_single_bit(strata)) look(*metric.psi, falseAlarm, missedHarm);
}

void DriftEvidence::look(double threshold, double falseAlarm, double missedHarm) {
    ++looksInStep;
    ++looksInAttempt;
    const StabilityScale scale(stable.total(), canary.total(), bucketsOf(canary));
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
    const StabilityScale scale(stable.total(), canary.total(), bucketsOf(canary));
    return scale.debiased(populationStability(stable.buckets, canary.buckets));
}

std::optional<DriftEvidence::Moved> DriftEvidence::mostMoved() const {
    if (classes.empty() || canary.total() == 0 || stable.total() == 0) return std::nullopt;
    const std::vector<double> parts = stabilityParts(stable.buckets, canary.buckets);
    const auto most = static_cast<size_t>(std::max_element(parts.begin(), parts.end()) - parts.begin());
    const auto share = [&](const Histogram& arm) {
        return static_cast<double>(arm.buckets[most]) / static_cast<double>(arm.total());
    };
    return Moved{classes[most], share(stable), share(canary)};
}

double DriftEvidence::missing(const api::Metric& metric) const {
    if (!metric.psi || strata > 0 || canary.total() == 0 || stable.total() == 0) return 0;
    const StabilityScale scale(stable.total(), canary.total(), bucketsOf(canary));
    // Both arms grow alike: the scale falls as 1/growth.
    const double growth = scale.degrees * scale.scale / (*metric.psi / 3);
    return std::ceil(static_cast<double>(canary.total()) * std::max(0.0, growth - 1));
}

}  // namespace serin::judge
