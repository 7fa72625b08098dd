#include "judge/mean_metric.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "judge/log_math.h"
#include "judge/strata.h"

namespace serin::judge {
namespace {

bool onlyLimits(const MetricMemory& metric) {
    return metric.rate.rates.front().soakLimit || !metric.definition->worseChange;
}

// The evidence of harm by limits and by the comparison as one.
double together(const MetricMemory& metric, double byLimits, double byComparison) {
    if (onlyLimits(metric)) return byLimits;
    if (!metric.definition->meanLimits.any()) return byComparison;
    return logAddExp(byLimits, byComparison) - std::log(2.0);
}

void startSoak(const api::NumberLimits& limits, MetricMemory& metric) {
    MeanBlocks& blocks = metric.blocks.made();
    blocks.canary = {};
    blocks.newest.reset();
    blocks.limits = limits;
    for (RateEvidence& rate : metric.rate.rates) rate.startSoak(limits.any() ? api::kMostBadLooks : 0);
}

}  // namespace

void countMean(const api::Analysis& analysis, const api::Stratum& stratum, bool inStep, bool soaking,
               MetricMemory& metric) {
    const api::Metric& definition = *metric.definition;
    MeanBlocks& blocks = metric.blocks.made();
    const double seconds = std::chrono::duration<double>(stratum.to - stratum.from).count();
    const std::vector<PodCounts> canary = countsOf(stratum.canary, definition.name);
    if (!soaking) {
        const std::vector<PodCounts> stable = countsOf(stratum.stable, definition.name);
        const auto known = blocks.stable.add(observedBy(stable), seconds, analysis.interval);
        if (known) blocks.stableMeans.add(*known);
        if (inStep) metric.mean.made().add(definition, canary, stable, seconds, analysis.interval);
    }
    const auto mean = blocks.canary.add(observedBy(canary), seconds, analysis.interval);
    if (!mean) return;
    blocks.newest = mean;
    const api::NumberLimits& limits = soaking ? blocks.limits : definition.meanLimits;
    if (!limits.any()) return;
    metric.rate.rates.front().add(definition, RateTick::ofVersion(!limits.keptBy(*mean), true, inStep));
}

void startMeanSoak(double error, MetricMemory& metric) {
    const api::Metric& definition = *metric.definition;
    startSoak(stricter(definition.meanLimits, limitsByRecord(definition, metric.blocks->stableMeans, error)),
              metric);
}

void startMeanSoakWithoutRecord(MetricMemory& metric) {
    startSoak(metric.definition->meanLimits, metric);
}

double meanHarm(const MetricMemory& metric) {
    return together(metric, metric.rate.evidence(*metric.definition), metric.mean->evidence());
}

double meanStepHarm(const MetricMemory& metric) {
    return together(metric, metric.rate.stepEvidence(*metric.definition), metric.mean->stepEvidence());
}

double meanSafety(const MetricMemory& metric) {
    double out = std::numeric_limits<double>::infinity();
    if (metric.definition->worseChange) out = metric.mean->safeEvidence();
    if (metric.definition->meanLimits.any())
        out = std::min(out, metric.rate.safeEvidence(*metric.definition));
    return out;
}

bool limitSaysMore(const MetricMemory& metric) {
    if (onlyLimits(metric)) return true;
    return metric.definition->meanLimits.any() &&
           metric.rate.evidence(*metric.definition) > metric.mean->evidence();
}

double meanSecondsToSafe(const api::Analysis& analysis, const MetricMemory& metric) {
    const api::Metric& definition = *metric.definition;
    const double compared = definition.worseChange ? metric.mean->secondsMissing(analysis.interval) : 0;
    if (!definition.meanLimits.any()) return compared;
    const SafeEvidence& safe = metric.rate.rates.front().safe;
    const double blocks = safe.past.canary > 0 ? requestsToSafe(definition, safe, analysis.missedHarm)
                                               : requestsToSafe(definition, 0, 0, analysis.missedHarm);
    return std::max(compared, blocks * blockSeconds(analysis.interval));
}

double meanSecondsToSafe(const api::Analysis& analysis, const api::Metric& metric) {
    MetricMemory nothing;
    nothing.definition = SharedValue(metric);
    nothing.rate = RateMetric::of(metric);
    return meanSecondsToSafe(analysis, nothing);
}

}  // namespace serin::judge
