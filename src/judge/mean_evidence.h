#pragma once

#include <cstdint>
#include <vector>

#include "api/spec.h"
#include "judge/strata.h"

namespace serin::judge {

// Number, mean and spread of a sequence, updated one value at a time (Welford).
struct Moments {
    uint64_t count = 0;
    double mean = 0;
    double squares = 0;  // sum of squared distances from the mean

    void add(double value);
    bool operator==(const Moments&) const = default;
};

// ln of the e-value against "the mean of the sequence is at most 0", by the asymptotic confidence sequence of
// Waudby-Smith et al. (Annals of Statistics 2024, one-sided): 2(exp(x^2/2) - 1)/sqrt(v) with v = n rho^2 + 1
// and x = rho n mean/(sd sqrt(v)). Asymptotic: the values need a spread that settles, and there must be
// enough of them. -infinity while the mean is below 0; 0 with no spread or fewer than two values.
double logMeanEvidence(const Moments& moments, double rho);

// A mean of the canary against the mean of the stable version, of sums and counts: of each block of intervals
// the difference of both means, so that what moves both is no evidence. Nothing is said before kLeastBlocks
// of them.
struct MeanEvidence {
    // What a block, or all of them, hold.
    struct Block {
        double seconds = 0;
        double canary = 0;  // observations
        double canarySum = 0;
        double stable = 0;
        double stableSum = 0;

        // 0 without observations.
        double canaryMean() const { return canary > 0 ? canarySum / canary : 0; }
        double stableMean() const { return stable > 0 ? stableSum / stable : 0; }
        bool operator==(const Block&) const = default;
    };

    Block open;         // that is being gathered
    Block all;          // of the attempt
    Moments worse;      // canary's mean beyond worseChange, a block
    Moments stepWorse;  // the same of the present step
    Moments better;     // canary's mean within safeChange, a block

    void startStep();
    // One interval of warm pods, `seconds` long; `interval` is the analysis' own.
    void add(const api::Metric& metric, const std::vector<PodCounts>& canaryPods,
             const std::vector<PodCounts>& stablePods, double seconds, Duration interval);

    // ln E of harm and of SAFE as they stand; 0 before enough was seen.
    double evidence() const;
    double stepEvidence() const;
    double safeEvidence() const;
    // Seconds of traffic until something can be said; 0 when it can.
    double secondsMissing(Duration interval) const;

    bool operator==(const MeanEvidence&) const = default;
};

}  // namespace serin::judge
