#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/judgement.h"
#include "api/spec.h"
#include "base/result.h"
#include "judge/recorded_calls.h"

namespace serin::judge {

// A moment of a comparison.
struct Moment {
    double seconds = 0;           // since its first step began
    uint64_t canaryRequests = 0;  // in that time
};

// What a recorded comparison says of one metric, or of the pods.
struct RehearsedMetric {
    std::string name;
    std::optional<api::Metric> definition;  // absent: the pods
    size_t intervals = 0;                   // those in which both versions counted something
    uint64_t canary = 0;                    // requests, events or observations in them
    uint64_t stable = 0;
    uint64_t samples = 0;     // of a query the looks that counted
    double mostEvidence = 0;  // ln E of harm
    double enoughAlone = 0;   // ln E with which it alone takes a version back, or is harm if it observes
    std::optional<Moment> harm;
    std::optional<Moment> safe;
    api::Verdict verdict = api::Verdict::NoData;  // at the end, as its message
    std::string message;
    std::optional<double> dispersion;  // of a rate, by which its evidence is divided; absent: unknown
    // Largest values once there was enough to tell them from chance: of a drift the index less what chance
    // makes of it, of a mean the relative difference.
    std::optional<double> mostIndex;
    std::optional<double> mostChange;
};

// A recorded comparison of two versions, judged again.
struct Rehearsal {
    api::Analysis analysis;
    api::JudgeOrder order;  // the last one of the comparison
    bool beginningLost = false;
    size_t intervals = 0;
    double seconds = 0;
    size_t canaryPods = 0;  // the most at a time
    size_t stablePods = 0;
    std::vector<RehearsedMetric> metrics;
    double mostEvidence = 0;  // ln of the weighted mean
    double threshold = 0;     // ln of what takes a version back
    std::optional<Moment> harm;
    std::optional<Moment> safe;  // every Guard
    std::string headline;        // of the harm
    std::string harmAfter;       // of harm after promotion; empty without
};

// Fails where no two versions are compared.
Result<Rehearsal> rehearse(const RecordedCalls& calls);

}  // namespace serin::judge
