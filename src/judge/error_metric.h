#pragma once

#include <cstddef>
#include <vector>

#include "api/spec.h"
#include "judge/harm_evidence.h"
#include "judge/odds_profile.h"
#include "judge/safe_evidence.h"
#include "judge/strata.h"

namespace serin::judge {

// One interval of an error metric in both arms.
struct ErrorTick {
    std::vector<PodCounts> canary;
    std::vector<PodCounts> stable;
    std::vector<size_t> groups;  // of canary[i]; npos for a pod without requests so far
    size_t groupCount = 0;       // groups seen so far
    double temper = 1;           // by the dispersion of the intervals before
    bool inStep = false;         // the interval belongs to the present step

    static constexpr size_t npos = static_cast<size_t>(-1);
};

// Evidence of harm with one canary pod (or group of pods) left out.
struct WithoutGroup {
    Past seen;  // the group's own canary requests and bad ones
    HarmEvidence attempt;
    HarmEvidence step;

    bool operator==(const WithoutGroup&) const = default;
};

// Everything remembered of an error metric within one attempt.
struct ErrorEvidence {
    HarmMixture harm;
    HarmEvidence step;  // of the present step's strata alone
    std::vector<WithoutGroup> without;
    SafeEvidence safe;
    OddsProfile profile;
    Past seen;  // all strata of the attempt

    void startStep();
    void add(const api::Metric& metric, const ErrorTick& tick);

    // ln E of harm.
    double evidence(const api::Metric& metric) const { return harm.evidence(metric); }
    double stepEvidence(const api::Metric& metric) const { return combinedHarm(metric, step); }
    // ln E of harm without group `group`; the whole evidence for a group that this metric has not seen.
    double evidenceWithout(const api::Metric& metric, size_t group) const;

    bool operator==(const ErrorEvidence&) const = default;
};

}  // namespace serin::judge
