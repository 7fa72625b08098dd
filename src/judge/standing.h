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
    std::vector<double> evidence;  // ln E of harm a metric, in the order of the memory; 0 for drift
    double pods = 0;               // ln E of harm from crashes, readiness and lost scrapes
    double mean = 0;               // ln of the weighted mean
    double threshold = 0;          // ln of what the mean must reach for HARM
    size_t podsWithRequests = 0;   // canary pods (groups) that answered in this attempt
    size_t strongest = 0;          // the group without which the evidence is smallest
    double meanWithout = 0;        // ln of that
    bool onePodOnly = false;       // the mean passed, but one pod alone carries it
    bool harm = false;             // by evidence or by a drift Guard
    bool calm = true;
    bool safe = true;  // every Guard, at this moment
};

Standing standingOf(const api::Analysis& analysis, const AttemptMemory& attempt);

// Whether the metric's evidence is a part of the weighted mean. Drift Guards spend their share elsewhere.
bool weighs(const api::Metric& metric);

// One metric's SAFE at this moment.
bool isSafe(const api::Analysis& analysis, const MetricMemory& metric);

// The share of falseAlarm and missedHarm of a drift Guard.
double driftShare(const api::Analysis& analysis, const api::Metric& metric);

}  // namespace serin::judge
