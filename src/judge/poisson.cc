#include "judge/poisson.h"

#include <cmath>

namespace serin::judge {

std::vector<double> poissonIncrements(const Events& events, double r0, const std::vector<double>& ratios) {
    const double all = events.canary + events.stable;
    const double share = events.canaryExposure * r0 / (events.canaryExposure * r0 + events.stableExposure);
    std::vector<double> out;
    out.reserve(ratios.size());
    for (const double ratio : ratios) {
        const double tilt = ratio / r0;
        out.push_back(events.canary * std::log(tilt) - all * std::log1p(share * (tilt - 1)));
    }
    return out;
}

}  // namespace serin::judge
