#include "judge/absolute.h"

#include <algorithm>

#include "judge/log_math.h"
#include "judge/special_functions.h"

namespace serin::judge {

std::vector<double> limitIncrements(double total, double bad, double wanted,
                                    const std::vector<double>& odds) {
    const double limit =
        std::clamp(wanted, 1e-9, 1 - 1e-9);  // a limit of 0 or 1 leaves no likelihood to compare
    std::vector<double> out;
    out.reserve(odds.size());
    for (const double ratio : odds) {
        const double rate = ratio * limit / (1 - limit + ratio * limit);
        out.push_back(timesLog(bad, rate / limit) + timesLog(total - bad, (1 - rate) / (1 - limit)));
    }
    return out;
}

double upperRate(double total, double bad, double error) {
    if (total <= 0 || bad >= total) return 1;
    // P(at most `bad` of `total`) = 1 - I_p(bad + 1, total - bad) falls in p.
    double low = 0, high = 1;
    for (int i = 0; i < 100; ++i) {
        const double middle = (low + high) / 2;
        if (betaRegularised(1 - middle, total - bad, bad + 1) > error) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

}  // namespace serin::judge
