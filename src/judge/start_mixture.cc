#include "judge/start_mixture.h"

#include <cmath>

#include "judge/log_math.h"

namespace serin::judge {

double logMixtureOfStarts(const std::vector<double>& logs) {
    std::vector<double> weighted;
    double left = 1;
    for (size_t i = 0; i < logs.size(); ++i) {
        const double weight = i == 0 ? 0.5 : std::ldexp(0.5, -static_cast<int>(i));
        weighted.push_back(std::log(weight) + logs[i]);
        left -= weight;
    }
    weighted.push_back(std::log(left));
    return logSumExp(weighted);
}

}  // namespace serin::judge
