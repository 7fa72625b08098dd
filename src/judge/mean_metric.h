#pragma once

#include "api/spec.h"
#include "judge/memory.h"

namespace serin::judge {

// A metric of kind Mean: the comparison with stable (mean_evidence.h), the blocks against limits in the
// mean's own unit (mean_blocks.h), or both. After promotion the limits alone.

// One interval goes into all that. `inStep`: it lies within the present step, as the comparison wants it.
void countMean(const api::Analysis& analysis, const api::Stratum& stratum, bool inStep, bool soaking,
               MetricMemory& metric);
// Judges by limits alone from now on, anew: the written ones and those that the rollout's record of stable
// makes, whichever are stricter. `error`: the chance that the record's bound is wrong.
void startMeanSoak(double error, MetricMemory& metric);
// The same of a metric that is new after promotion: nothing is known of stable.
void startMeanSoakWithoutRecord(MetricMemory& metric);

// ln E of harm, as it stands: with limits beside the comparison the mean of both answers.
double meanHarm(const MetricMemory& metric);
// The same of the present step's intervals alone.
double meanStepHarm(const MetricMemory& metric);
// ln E of SAFE: the smaller of both answers.
double meanSafety(const MetricMemory& metric);
// Whether there is more evidence of harm by the limits than by the comparison.
bool limitSaysMore(const MetricMemory& metric);

// Seconds of traffic until the comparison can say something and the blocks can be safe, were all of the
// canary good from now on; 0 when that is so, and where it cannot be.
double meanSecondsToSafe(const api::Analysis& analysis, const MetricMemory& metric);
// Before any evidence.
double meanSecondsToSafe(const api::Analysis& analysis, const api::Metric& metric);

}  // namespace serin::judge
