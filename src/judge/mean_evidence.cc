#include "judge/mean_evidence.h"

#include <algorithm>

#include "judge/mean_blocks.h"

namespace serin::judge {
namespace {

double spoken(const Moments& moments) {
    return moments.count < kLeastBlocks ? 0 : logMeanEvidence(moments, kMeanRho);
}

}  // namespace

void MeanEvidence::startStep() {
    open = {};
    stepWorse = {};
}

void MeanEvidence::add(const api::Metric& metric, const std::vector<PodCounts>& canaryPods,
                       const std::vector<PodCounts>& stablePods, double seconds, Duration interval) {
    if (canaryPods.empty() || stablePods.empty()) return;
    const Observed ofCanary = observedBy(canaryPods);
    const Observed ofStable = observedBy(stablePods);
    for (Block* block : {&open, &all}) {
        block->seconds += seconds;
        block->canary += ofCanary.count;
        block->canarySum += ofCanary.sum;
        block->stable += ofStable.count;
        block->stableSum += ofStable.sum;
    }
    if (!makesBlock(open.seconds, interval) || open.canary <= 0 || open.stable <= 0) return;
    if (!metric.worseChange) {
        open = {};
        return;
    }
    const double change = *metric.worseChange;
    const double sign = metric.mean.lowerIsWorse ? -1 : 1;
    const double canary = open.canaryMean();
    const double stable = open.stableMean();
    const double beyond = sign * (canary - stable * (1 + sign * change));
    worse.add(beyond);
    stepWorse.add(beyond);
    better.add(sign * (stable * (1 + sign * metric.safeChange) - canary));
    open = {};
}

double MeanEvidence::evidence() const {
    return spoken(worse);
}

double MeanEvidence::stepEvidence() const {
    return spoken(stepWorse);
}

double MeanEvidence::safeEvidence() const {
    return spoken(better);
}

double MeanEvidence::secondsMissing(Duration interval) const {
    const uint64_t blocks = kLeastBlocks - std::min(kLeastBlocks, worse.count);
    return static_cast<double>(blocks) * blockSeconds(interval);
}

}  // namespace serin::judge
