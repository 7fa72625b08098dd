#pragma once

#include <optional>
#include <vector>

#include "api/spec.h"
#include "base/time.h"
#include "judge/confidence_sequence.h"
#include "judge/strata.h"

namespace serin::judge {

// Fewer blocks have no spread to trust.
constexpr uint64_t kLeastBlocks = 10;
// Makes the evidence of means strongest after about 20 blocks at an error of 0.5 %:
// sqrt((-2 ln 0.01 + ln(-2 ln 0.01 + 1))/20).
constexpr double kMeanRho = 0.7593;

// How long a block of intervals takes.
double blockSeconds(Duration interval);
// Whether so many seconds of intervals make a block; these last a little more or less than asked for.
bool makesBlock(double seconds, Duration interval);

// What the warm ones of some pods observed in one interval.
struct Observed {
    double count = 0;
    double sum = 0;
    bool anyWarm = false;
};
Observed observedBy(const std::vector<PodCounts>& pods);

// The block of one version that is being gathered.
struct OpenBlock {
    double seconds = 0;
    double count = 0;  // observations
    double sum = 0;

    // The mean of the block that this interval completes. None as long as it is not complete, and of one in
    // which nothing was observed. Intervals without a warm pod that exports the metric are no part of one.
    std::optional<double> add(const Observed& interval, double seconds, Duration length);
    bool operator==(const OpenBlock&) const = default;
};

// Each version's blocks by themselves, for limits in the mean's own unit. Whether a block of the canary is
// beyond them is one event of a rate (api::kMostBadLooks); that evidence is MetricMemory::rate.
struct MeanBlocks {
    OpenBlock canary;
    OpenBlock stable;
    Moments stableMeans;           // of the blocks of the rollout
    std::optional<double> newest;  // the canary's, of its newest block
    api::NumberLimits limits;      // after promotion: what the blocks have to keep to

    bool operator==(const MeanBlocks&) const = default;
};

// What the rollout's record of stable limits the promoted version's blocks to, on the side where it would be
// worse. Harm is that more than half of the blocks lie beyond, so that of a version like stable at most half
// of them may: the confidence bound of stable's mean at `error`, and from there safeChange of that mean, or
// the standard deviation of its blocks where that is more, for no median is farther from its mean. None with
// fewer than kLeastBlocks of stable's, or where no mean could be beyond it.
api::NumberLimits limitsByRecord(const api::Metric& metric, const Moments& stable, double error);
// The narrower of both.
api::NumberLimits stricter(const api::NumberLimits& a, const api::NumberLimits& b);

}  // namespace serin::judge
