#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/judgement.h"
#include "api/samples.h"
#include "api/spec.h"

namespace serin::judge {

// Two neighbouring intervals as one. A pod counts in it when its counts cover all of it as far as it lived: a
// scrape that was lost in `first` is made good by the next delta, one lost in `second` is not. No look is
// lost.
api::Stratum mergedStrata(const api::Stratum& first, const api::Stratum& second);

// The closing round took longer than a tenth of the interval: the arms cover different seconds.
bool misaligned(const api::Stratum& stratum);

// Longer than max(5 intervals, 2 min): the split may have moved within it.
bool tooLong(const api::Stratum& stratum, Duration interval);

// The version that has the traffic, or most of it, and its pods: stable before and during a rollout and at
// rest, the promoted one after it. Valid as long as both arguments are.
struct Serving {
    const std::string& revision;
    const std::vector<api::PodSample>& pods;
};
Serving servingIn(const api::JudgeOrder& order, const api::Stratum& stratum);

// A pod's answered requests: of its error metrics, or the observations of its histograms where there is no
// error metric. 0 when the pod was not counted.
uint64_t requestsOf(const api::PodSample& pod, const std::vector<api::Metric>& metrics);

// One metric in one arm: pods that were counted and export the metric.
struct PodCounts {
    std::string pod;
    const api::Counts* counts = nullptr;
    bool warm = false;
    Duration serving{0};
};
std::vector<PodCounts> countsOf(const std::vector<api::PodSample>& arm, const std::string& metric);

}  // namespace serin::judge
