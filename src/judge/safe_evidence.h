#pragma once

#include <vector>

#include "api/spec.h"
#include "judge/fnch.h"
#include "judge/risk_difference.h"

namespace serin::judge {

// Evidence over a whole attempt that the canary errs hardly more than stable: not worse by a factor, or not
// worse by a difference (reached without any error too); and below `max`. Only warm pods' requests go in.
struct SafeEvidence {
    std::vector<double> odds;   // ln E a grid point: odds ratio below safeOddsRatio
    double byDifference = 0;    // ln E: rate less than safeDifference above stable's
    std::vector<double> limit;  // ln E a grid point: rate below `max`
    Past past;

    void add(const api::Metric& metric, const Table& warm);
    // ln E of SAFE: the smaller of both answers where `max` stands beside the comparison.
    double evidence(const api::Metric& metric) const;

    bool operator==(const SafeEvidence&) const = default;
};

// About how many more canary requests until SAFE at 1/missedHarm, were the canary as good as stable from now
// on and the split the same; 0 when SAFE already or when nothing can be said (no traffic, or a rate above
// `max`).
double requestsToSafe(const api::Metric& metric, const SafeEvidence& evidence, double missedHarm);

// The same before any evidence: `rate` is stable's error rate, `stablePerCanary` its requests per canary
// request.
double requestsToSafe(const api::Metric& metric, double rate, double stablePerCanary, double missedHarm);

}  // namespace serin::judge
