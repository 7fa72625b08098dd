#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "api/spec.h"
#include "judge/harm_evidence.h"
#include "judge/odds_profile.h"
#include "judge/safe_evidence.h"

namespace serin::judge {

// Canary pods are known one by one in these groups.
constexpr size_t kNoGroup = static_cast<size_t>(-1);

// A pod's requests of one interval and the bad ones of them: those that failed, or took too long.
struct PodRequests {
    uint64_t total = 0;
    uint64_t bad = 0;
    bool settled = false;     // it answered long enough for its requests to prove anything good
    size_t group = kNoGroup;  // canary only; none for a pod without requests so far
};

// One interval of one rate in both arms.
struct RateTick {
    // One event that is the whole version's and no pod's. `settled`: it may prove something good.
    static RateTick ofVersion(bool bad, bool settled, bool inStep);

    std::vector<PodRequests> canary;
    std::vector<PodRequests> stable;
    size_t groupCount = 0;  // groups seen so far
    double temper = 1;      // by the dispersion of the intervals before
    bool inStep = false;    // the interval belongs to the present step
    bool profiled = false;  // bounds of the odds ratio are wanted
};

// Evidence of harm with one canary pod (or group of pods) left out.
struct WithoutGroup {
    Past seen;  // the group's own canary requests and bad ones
    HarmMixture harm;

    bool operator==(const WithoutGroup&) const = default;
};

// Everything remembered of one rate of bad requests within one attempt.
struct RateEvidence {
    HarmMixture harm;
    HarmEvidence step;  // of the present step's strata alone; in a watch its `past`: since harm last had none
    std::vector<WithoutGroup> without;
    SafeEvidence safe;
    OddsProfile profile;
    Past seen;                        // all strata of the attempt
    std::optional<double> soakLimit;  // of the rate, while soaking; 0 where nothing limits it

    void startStep();
    // Judges by `limit` alone from now on, anew.
    void startSoak(double limit);
    // The same limit, anew, for a change that comes at any time.
    void startWatch();
    // What was seen of the harm that there is evidence of.
    const Past& harmSeen(const api::Metric& metric) const;
    void add(const api::Metric& metric, const RateTick& tick);

    // ln E of harm.
    double evidence(const api::Metric& metric) const;
    double stepEvidence(const api::Metric& metric) const;
    // ln E of harm without group `group`; the whole evidence for a group that this rate has not seen.
    double evidenceWithout(const api::Metric& metric, size_t group) const;

    bool operator==(const RateEvidence&) const = default;

  private:
    void forgetSeen();
};

}  // namespace serin::judge
