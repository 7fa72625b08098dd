#pragma once

#include <vector>

namespace serin::judge {

// Events of both arms over their exposures (any unit, both > 0), as one interval.
struct Events {
    double canary = 0;
    double stable = 0;
    double canaryExposure = 0;
    double stableExposure = 0;
};

// One interval's likelihood ratios for the rate ratio canary to stable against r0, one a grid point: given
// the number of events, the canary's are binomial. Exact for Poisson events.
std::vector<double> poissonIncrements(const Events& events, double r0, const std::vector<double>& ratios);

}  // namespace serin::judge
