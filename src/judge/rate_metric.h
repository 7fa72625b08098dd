#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "api/spec.h"
#include "judge/rate_evidence.h"

namespace serin::judge {

// Edges of a histogram that are compared; of more, so many evenly spread ones.
constexpr size_t kMostEdges = 20;

// Requests that pods answered and how long they were watched, over the present step.
struct Load {
    double canary = 0;
    double canarySeconds = 0;  // pod-seconds
    double stable = 0;
    double stableSeconds = 0;

    bool operator==(const Load&) const = default;
};

// A metric made of rates of bad requests. An error rate and a share have one. A latency has one for each edge
// of its histogram that both versions have, or for the one that it names, where the requests that took longer
// are the bad ones: to be slower at any edge is harm, to be as fast is to be so at all of them (statistics:
// one-sided tests at the bucket edges). A mean has one, of its blocks.
struct RateMetric {
    // One edge says little of a distribution, unless it is the one that was asked for.
    static size_t leastEdges(const api::Metric& metric) { return metric.slowerThan ? 1 : 2; }

    std::vector<double> edges;        // latency only, ascending, in the histogram's unit
    std::vector<RateEvidence> rates;  // one an edge; else one
    Load load;                        // latency only
    std::string incomparable;         // why the versions' histograms cannot be compared; empty when they can

    static RateMetric of(const api::Metric& metric);

    void startStep();
    // Judges by the stated limit alone from now on, where nothing is known of another version.
    void startSoakByLimit(const api::Metric& metric, bool watching);
    // Keeps those of the edges that are in `wanted`, or takes all of `wanted` as long as there are none. Of a
    // metric that names its edge, that one alone. False, and nothing changes, when fewer than leastEdges
    // would be left.
    bool keepEdges(const api::Metric& metric, const std::vector<double>& wanted);

    // ln E of harm, as far as there is a rate: the mean over the rates.
    double evidence(const api::Metric& metric) const;
    double stepEvidence(const api::Metric& metric) const;
    double evidenceWithout(const api::Metric& metric, size_t group) const;
    // ln E of SAFE: the smallest of the rates', for it claims something of each. 0 without any.
    double safeEvidence(const api::Metric& metric) const;
    // About how many more canary requests until all rates are SAFE; 0 when that is unknown.
    double requestsToSafe(const api::Metric& metric, double missedHarm) const;

    // The rate that says most: the largest edge of those with about the strongest evidence of harm, or, where
    // none speaks for harm, the one with the weakest of safety. There must be a rate.
    size_t telling(const api::Metric& metric) const;
    // Canary requests of this attempt.
    double canaryRequests() const { return rates.empty() ? 0 : rates.front().seen.canary; }

    bool operator==(const RateMetric&) const = default;
};

}  // namespace serin::judge
