#include "judge/mean_evidence.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace serin::judge {
namespace {

// Means of single intervals follow each other too closely to count as so many values; of the default 10 s
// these are the minutes with which the coverage was simulated (statistics 2.1f).
constexpr int kIntervalsInBlock = 6;
// Fewer values have no spread to trust.
constexpr uint64_t kLeastBlocks = 10;
// Makes the evidence strongest after about 20 blocks at an error of 0.5 %:
// sqrt((-2 ln 0.01 + ln(-2 ln 0.01 + 1))/20).
constexpr double kRho = 0.7593;

double spoken(const Moments& moments) {
    return moments.count < kLeastBlocks ? 0 : logMeanEvidence(moments, kRho);
}

void addArm(const std::vector<PodCounts>& pods, double& count, double& sum) {
    for (const PodCounts& pod : pods) {
        if (!pod.warm) continue;
        count += static_cast<double>(pod.counts->total);
        sum += pod.counts->sum;
    }
}

double blockSeconds(Duration interval) {
    return kIntervalsInBlock * std::chrono::duration<double>(interval).count();
}

}  // namespace

void Moments::add(double value) {
    ++count;
    const double before = value - mean;
    mean += before / static_cast<double>(count);
    squares += before * (value - mean);
}

double logMeanEvidence(const Moments& moments, double rho) {
    if (moments.count < 2 || moments.squares <= 0) return 0;
    if (moments.mean <= 0) return -std::numeric_limits<double>::infinity();
    const auto n = static_cast<double>(moments.count);
    const double deviation = std::sqrt(moments.squares / (n - 1));
    const double v = n * rho * rho + 1;
    const double x = rho * n * moments.mean / (deviation * std::sqrt(v));
    const double half = x * x / 2;
    // ln(exp(half) - 1), for large ones too.
    const double raised = half > 30 ? half : std::log(std::expm1(half));
    return std::log(2.0) + raised - std::log(v) / 2;
}

void MeanEvidence::startStep() {
    open = {};
    stepWorse = {};
}

void MeanEvidence::add(const api::Metric& metric, const std::vector<PodCounts>& canaryPods,
                       const std::vector<PodCounts>& stablePods, double seconds, Duration interval) {
    Block tick;
    addArm(canaryPods, tick.canary, tick.canarySum);
    addArm(stablePods, tick.stable, tick.stableSum);
    if (canaryPods.empty() || stablePods.empty()) return;
    for (Block* block : {&open, &all}) {
        block->seconds += seconds;
        block->canary += tick.canary;
        block->canarySum += tick.canarySum;
        block->stable += tick.stable;
        block->stableSum += tick.stableSum;
    }
    // Intervals last a little more or less than asked for.
    if (open.seconds < 0.95 * blockSeconds(interval) || open.canary <= 0 || open.stable <= 0) return;
    const double sign = metric.mean.lowerIsWorse ? -1 : 1;
    const double canary = open.canaryMean();
    const double stable = open.stableMean();
    const double beyond = sign * (canary - stable * (1 + sign * metric.worseChange));
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
