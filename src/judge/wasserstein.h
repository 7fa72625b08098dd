#pragma once

#include "judge/histogram.h"

namespace serin::judge {

// The first Wasserstein distance of two histograms in standard deviations of the first one (a shift by so
// many), and what chance alone makes of it.
struct Wasserstein {
    double distance = 0;  // 0 and more, without a bound
    double byChance = 0;  // its mean, about, while both come of the same distribution
};

// Each bucket's observations count as its middle, those beyond the outermost edges as the edge: tails are
// underestimated. The histograms have the same edges, two at least, and observations; `distance` is infinite
// where the reference has no spread.
Wasserstein wassersteinInDeviations(const Histogram& reference, const Histogram& current);

}  // namespace serin::judge
