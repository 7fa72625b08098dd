#include "judge/mean_evidence.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"

namespace serin::judge {
namespace {

// Means of intervals of seconds follow each other too closely to count as so many values (statistics 2.1f).
constexpr double kBlockSeconds = 60;
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

double meanOf(double sum, double count) {
    return count > 0 ? sum / count : 0;
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
                       const std::vector<PodCounts>& stablePods, double seconds) {
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
    if (open.seconds < kBlockSeconds || open.canary <= 0 || open.stable <= 0) return;
    const double sign = metric.mean.lowerIsWorse ? -1 : 1;
    const double canary = meanOf(open.canarySum, open.canary);
    const double stable = meanOf(open.stableSum, open.stable);
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

uint64_t MeanEvidence::missing() const {
    return kLeastBlocks - std::min(kLeastBlocks, worse.count);
}

std::string meanMessage(const api::Metric& metric, const MeanEvidence& mean, bool safe) {
    if (mean.all.canary <= 0)
        return cat("no observations of ", metric.mean.count, " from warm canary pods yet");
    if (mean.all.stable <= 0)
        return cat("no observations of ", metric.mean.count, " from the stable version yet");
    const double canary = meanOf(mean.all.canarySum, mean.all.canary);
    const double stable = meanOf(mean.all.stableSum, mean.all.stable);
    std::string out = cat("mean ", metric.name, " of the canary is ", humanNumber(canary), " against ",
                          humanNumber(stable));
    if (stable > 0) {
        out += cat(" (", canary < stable ? "-" : "+", humanPercent(std::abs(canary - stable) / stable), ")");
    }
    if (safe) return cat(out, ", safe: not worse by ", humanPercent(metric.safeChange));
    if (mean.missing() > 0) return cat(out, ", ", mean.missing(), " more minutes to judge");
    return out;
}

}  // namespace serin::judge
