#include "judge/start_mixture.h"

#include <cmath>

#include "judge/log_math.h"

namespace serin::judge {

double weightOfStart(size_t i) {
    return i == 0 ? 0.5 : std::ldexp(0.5, -static_cast<int>(i));
}

double weightOfLaterStarts(size_t made) {
    return std::ldexp(1.0, -static_cast<int>(made));
}

double logMixtureOfStarts(const std::vector<double>& logs) {
    std::vector<double> weighted;
    for (size_t i = 0; i < logs.size(); ++i) weighted.push_back(std::log(weightOfStart(i)) + logs[i]);
    weighted.push_back(std::log(weightOfLaterStarts(logs.size())));
    return logSumExp(weighted);
}

double weightOfStratum(uint64_t i) {
    return weightOfLaterStrata(i) - weightOfLaterStrata(i + 1);
}

double weightOfLaterStrata(uint64_t made) {
    return 1 / std::sqrt(static_cast<double>(made) + 1);
}

}  // namespace serin::judge
