#pragma once

#include <vector>

#include "judge/fnch.h"

namespace serin::judge {

// The conditional log likelihood of the odds ratio on a fixed grid from 1/80 to 80, summed over an attempt:
// enough to say which odds ratios the data still allow.
struct OddsProfile {
    std::vector<double> logLikelihood;

    void add(const ConditionalTable& table, double temper);

    // Odds ratios that neither one-sided test rejects at 2/error, rounded outwards to the grid (20 % apart):
    // an interval that covers the true ratio with probability 1 - error however often one looks. 0 and
    // infinity where nothing is known.
    struct Bounds {
        double low = 0;
        double high = 0;
    };
    Bounds bounds(double error) const;

    bool operator==(const OddsProfile&) const = default;
};

}  // namespace serin::judge
