#include "judge/rate_metric.h"

#include <algorithm>
#include <cmath>

#include "judge/histogram.h"
#include "judge/log_math.h"

namespace serin::judge {
namespace {

// Of edges whose evidence is as good as equal the largest tells most: who takes longer than it takes longer
// than the smaller ones too, and by one request more or less there.
constexpr double kAsStrong = 0.9;

// ln of the mean over the rates of what `part` says of each.
template <typename Part>
double meanOf(const std::vector<RateEvidence>& rates, Part part) {
    std::vector<double> logs;
    logs.reserve(rates.size());
    for (const RateEvidence& rate : rates) logs.push_back(part(rate));
    return logMeanExp(logs);
}

// The first and the last stay, and those between them thin out evenly: which ones must not depend on the
// data.
std::vector<double> thinned(const std::vector<double>& edges) {
    if (edges.size() <= kMostEdges) return edges;
    std::vector<double> out;
    for (size_t i = 0; i < kMostEdges; ++i) out.push_back(edges[i * (edges.size() - 1) / (kMostEdges - 1)]);
    return out;
}

// Specs name times in whole milliseconds, and edges of native histograms are none.
constexpr double kHalfUnit = 0.0005;  // seconds
constexpr double kMostOff = 0.1;      // of the time that is named

// The edge that the metric names, where it names one: the nearest, if it rounds to the time that was written.
std::vector<double> onlyNamed(const api::Metric& metric, const std::vector<double>& edges) {
    if (!metric.slowerThan || edges.empty()) return edges;
    const double named = *metric.slowerThan;
    const auto off = [&](double edge) { return std::abs(edge * metric.unitSeconds - named); };
    const double nearest =
        *std::ranges::min_element(edges, [&](double a, double b) { return off(a) < off(b); });
    if (off(nearest) > std::min(kHalfUnit, kMostOff * named) * (1 + 1e-9)) return {};
    return {nearest};
}

}  // namespace

RateMetric RateMetric::of(const api::Metric& metric) {
    RateMetric out;
    const bool byEdge = metric.kind == api::MetricKind::Latency;
    if ((metric.isRate() && !byEdge) || metric.isMean()) out.rates.emplace_back();
    return out;
}

void RateMetric::startSoakByLimit(const api::Metric& metric, bool watching) {
    for (RateEvidence& rate : rates) {
        rate.startSoak(metric.max.value_or(0));
        if (watching) rate.startWatch();
    }
}

void RateMetric::startStep() {
    for (RateEvidence& rate : rates) rate.startStep();
    load = {};
}

bool RateMetric::keepEdges(const api::Metric& metric, const std::vector<double>& wanted) {
    const std::vector<double> named = onlyNamed(metric, wanted);
    const std::vector<double> kept = edges.empty() ? thinned(named) : sharedEdges(edges, named);
    if (kept.size() < leastEdges(metric)) return false;
    if (edges.empty()) rates.resize(kept.size());
    for (size_t i = edges.size(); i-- > 0;) {
        if (!std::binary_search(kept.begin(), kept.end(), edges[i])) {
            rates.erase(rates.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
    edges = kept;
    return true;
}

double RateMetric::evidence(const api::Metric& metric) const {
    return meanOf(rates, [&](const RateEvidence& rate) { return rate.evidence(metric); });
}

double RateMetric::stepEvidence(const api::Metric& metric) const {
    return meanOf(rates, [&](const RateEvidence& rate) { return rate.stepEvidence(metric); });
}

double RateMetric::evidenceWithout(const api::Metric& metric, size_t group) const {
    return meanOf(rates, [&](const RateEvidence& rate) { return rate.evidenceWithout(metric, group); });
}

double RateMetric::safeEvidence(const api::Metric& metric) const {
    if (rates.empty()) return 0;
    double least = rates.front().safe.evidence(metric);
    for (const RateEvidence& rate : rates) least = std::min(least, rate.safe.evidence(metric));
    return least;
}

double RateMetric::requestsToSafe(const api::Metric& metric, double missedHarm) const {
    double most = 0;
    for (const RateEvidence& rate : rates) {
        most = std::max(most, judge::requestsToSafe(metric, rate.safe, missedHarm));
    }
    return most;
}

size_t RateMetric::telling(const api::Metric& metric) const {
    std::vector<double> harm, safe;
    for (const RateEvidence& rate : rates) {
        harm.push_back(rate.evidence(metric));
        safe.push_back(rate.safe.evidence(metric));
    }
    const double strongest = *std::max_element(harm.begin(), harm.end());
    const bool soaking = rates.front().soakLimit.has_value();
    if (strongest <= 0 && !soaking) {
        return static_cast<size_t>(std::min_element(safe.begin(), safe.end()) - safe.begin());
    }
    size_t told = rates.size() - 1;
    while (harm[told] < std::min(strongest, kAsStrong * strongest)) --told;
    return told;
}

}  // namespace serin::judge
