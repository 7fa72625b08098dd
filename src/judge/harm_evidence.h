#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "api/spec.h"
#include "judge/fnch.h"
#include "judge/risk_difference.h"

namespace serin::judge {

// One interval as all starts of the evidence see it: the increments that do not depend on the past.
struct HarmTick {
    HarmTick(const api::Metric& metric, const Table& all, double temper);

    Table table;
    double temper;              // at least 1; ln E is divided by it
    double difference;          // of the absolute part
    std::optional<double> max;  // of the metric
    std::vector<double> odds;   // increments of the grid of odds ratios; empty without a relative limit
    std::vector<double> limit;  // increments against `max`; empty without one
};

// Evidence that the canary errs more than it may, gathered from one start on. A value: logs of e-processes.
struct HarmEvidence {
    std::vector<double> odds;   // ln E a grid point: worse than stable by a factor
    double byDifference = 0;    // ln E: worse than stable by a difference
    std::vector<double> limit;  // ln E a grid point: above `max`
    Past past;                  // since this start

    void add(const HarmTick& tick);

    // ln of the mixtures over the grids.
    double logOdds() const;
    double logLimit() const;

    bool operator==(const HarmEvidence&) const = default;
};

// ln E of harm from its parts: the smaller of "by a factor" and "by a difference"; with `max` beside them,
// the mean of both answers.
double combinedHarm(const api::Metric& metric, double logOdds, double logDifference, double logLimit);
double combinedHarm(const api::Metric& metric, const HarmEvidence& evidence);

// Evidence mixed over starts (start_mixture.h): half of the weight lies on the attempt's start and on each
// step's, half on a start before every stratum in which the canary answered. Whatever was good before a
// regression costs no more than the weight of the start beside it. That only strata with requests get a
// weight is valid: how many requests there are is known before how they went.
//
// Of the grids only the mixture is kept: what multiplies the evidence since one start multiplies it since all
// of them, M_t = E_t·(M_{t-1} + w_t). The bets on a difference are made from what was seen since a start, so
// each start of an attempt or step has its own. Those before every stratum share theirs, for any bet that the
// past tells is valid: they are made from the strata since the canary last looked no worse.
struct HarmMixture {
    std::vector<double> odds;   // ln of the starts' weighted sum of E, a grid point; empty while all E are 1
    std::vector<double> limit;  // the same
    struct Start {
        double byDifference = 0;  // ln E
        Past past;
        bool operator==(const Start&) const = default;
    };
    std::vector<Start> starts;  // [0] is the attempt's
    int opened = 0;             // steps so far; beyond kMostSteps they open no new start
    // The starts before every stratum.
    struct Spread {
        uint64_t made = 0;                   // strata so far
        std::optional<double> byDifference;  // ln of the weighted sum of E; nothing while all E are 1
        Past past;                           // since the canary last looked no worse than it may be
        bool operator==(const Spread&) const = default;
    };
    Spread spread;
    // Against `max` alone, a start before every interval with requests instead, none of which is ever given
    // up: an e-detector in the manner of Shiryaev and Roberts, M_t = E_t·(M_{t-1} + 1), which finds a change
    // that comes after any length of good time (Shin, Ramdas and Rinaldo, arXiv 2203.03532). Without a change
    // the mean of M is at most the number of intervals, so it reaches A among n of them with chance n/A at
    // most.
    bool detects = false;

    void open();
    void add(const HarmTick& tick);
    // ln E of harm, and of its parts.
    double evidence(const api::Metric& metric) const;
    double logOdds() const { return mixed(odds); }
    double logDifference() const;
    double logLimit() const { return mixed(limit); }

    bool operator==(const HarmMixture&) const = default;

  private:
    void addSpread(const HarmTick& tick);
    // What the starts weigh that were not made yet; E is 1 for these.
    double weightLeft() const;
    double mixed(const std::vector<double>& grid) const;
};

}  // namespace serin::judge
