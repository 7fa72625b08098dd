#pragma once

#include <cstddef>
#include <vector>

#include "api/spec.h"
#include "judge/memory.h"

namespace serin::judge {

// The chance of a wrong rollback that this attempt may spend: halved with every retry, so that all of them
// together stay below 2·falseAlarm.
double attemptAlarm(const api::Analysis& analysis, int attempt);

// How the evidence stands at this moment. All logs natural.
struct Standing {
    // ln E of harm a metric, in the order of the memory; of a drift that of its collapse, 0 without.
    std::vector<double> evidence;
    double pods = 0;              // ln E of harm from crashes, readiness and lost scrapes
    double mean = 0;              // ln of the weighted mean
    double threshold = 0;         // ln of what the mean must reach for HARM
    size_t podsWithRequests = 0;  // canary pods (groups) that answered in this attempt
    size_t strongest = 0;         // the group without which the evidence is smallest
    double meanWithout = 0;       // ln of that
    bool onePodOnly = false;      // the mean passed, but one pod alone carries it
    bool harm = false;            // by evidence or by a drift Guard
    bool calm = true;
    bool safe = true;  // every Guard, at this moment
};

Standing standingOf(const api::Analysis& analysis, const AttemptMemory& attempt);

// With how much of its weight the metric's evidence is a part of the weighted mean; 0 where it is none. A
// threshold of a drift's index spends its share of the chance of a false alarm by itself (driftShare), and in
// the soak no drift has limits. With both W of the weights of all, v of each metric in the mean and u by
// the index (v + u is its weight): the mean reaches 1/alarm with chance alarm·sum(v)/W at most, for what is
// not in it counts 0, and the looks at the indices say harm with chance alarm·sum(u)/W; together alarm. A
// drift that is judged by its index and for a collapse has half of its weight for each.
double weightInMean(const api::Metric& metric, bool soaking);

// One metric's SAFE at this moment.
bool isSafe(const api::Analysis& analysis, const MetricMemory& metric);

// The share of falseAlarm of a drift Guard's index, and of any metric that has all of its weight in the mean.
double driftShare(const api::Analysis& analysis, const api::Metric& metric);

}  // namespace serin::judge
