#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/judgement.h"
#include "api/spec.h"
#include "judge/collapse_evidence.h"
#include "judge/equality_evidence.h"
#include "judge/histogram.h"
#include "judge/lazy.h"
#include "judge/strata.h"

namespace serin::judge {

// A histogram of the canary, or events by class, against the same of the stable version, over the present
// step. Whether they differ at all decides nothing (retrained models do); whether by more than a threshold is
// asked when enough was seen, at usable strata 1, 2, 4, 8, … since then.
struct DriftEvidence {
    Histogram stable;
    Histogram canary;
    std::vector<std::string> classes;  // ascending; the buckets' names where there are no edges
    bool invalid = false;              // the versions share no bucket edge
    uint64_t strata = 0;               // usable ones of this step since the size rule first held
    int looksInStep = 0;
    int looksInAttempt = 0;  // the errors of all looks of an attempt sum up to the metric's share
    api::Verdict verdict = api::Verdict::NoData;  // of the latest look
    uint64_t samples = 0;                         // canary observations of this attempt
    EqualityEvidence equality;                    // of this attempt
    Lazy<CollapseEvidence> collapse;              // of a metric that is judged for it
    bool onlyCanarySumIsNaN = false;              // latest interval: of the histograms' sums

    void startStep();

    // One interval: warm pods' histograms. falseAlarm and missedHarm are this metric's share of the
    // attempt's.
    void add(const api::Metric& metric, const std::vector<PodCounts>& canaryPods,
             const std::vector<PodCounts>& stablePods, double falseAlarm, double missedHarm);

    // The index now, less what chance alone makes of it; 0 at least, and without data.
    double index() const;
    // About how many more canary observations until the first look; 0 when there was one.
    double missing(const api::Metric& metric) const;

    bool operator==(const DriftEvidence&) const = default;

    // The class whose share moved most in the index, and its shares; nothing without classes.
    struct Moved {
        std::string name;
        double stable = 0;
        double canary = 0;
    };
    std::optional<Moved> mostMoved() const;

  private:
    // False where the arms cannot be compared (yet).
    bool addHistograms(const std::vector<PodCounts>& canaryPods, const std::vector<PodCounts>& stablePods);
    bool addClasses(const std::vector<PodCounts>& canaryPods, const std::vector<PodCounts>& stablePods);
    void addCollapse(const std::vector<PodCounts>& canaryPods, const std::vector<PodCounts>& stablePods);
    void chooseFavourite();
    void look(double threshold, double falseAlarm, double missedHarm);
};

}  // namespace serin::judge
