#include "judge/log_math.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace serin::judge {

double logSumExp(const std::vector<double>& logs) {
    double top = -std::numeric_limits<double>::infinity();
    for (const double x : logs) top = std::max(top, x);
    if (!std::isfinite(top)) return top;
    double sum = 0;
    for (const double x : logs) sum += std::exp(x - top);
    return top + std::log(sum);
}

double logAddExp(double a, double b) {
    const double top = std::max(a, b);
    if (!std::isfinite(top)) return top;
    return top + std::log1p(std::exp(std::min(a, b) - top));
}

double logMeanExp(const std::vector<double>& logs) {
    if (logs.empty()) return 0;
    return logSumExp(logs) - std::log(static_cast<double>(logs.size()));
}

double timesLog(double count, double ratio) {
    return count == 0 ? 0 : count * std::log(ratio);
}

double bernoulliDivergence(double p, double q) {
    return timesLog(p, p / q) + timesLog(1 - p, (1 - p) / (1 - q));
}

}  // namespace serin::judge
