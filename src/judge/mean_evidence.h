#pragma once

#include <vector>

#include "api/spec.h"
#include "judge/confidence_sequence.h"
#include "judge/strata.h"

namespace serin::judge {

// A mean of the canary against the mean of the stable version, of sums and counts: of each block of intervals
// the difference of both means, so that what moves both is no evidence. Nothing is said before kLeastBlocks
// of them, nor of a metric that has only limits (mean_blocks.h).
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
