#include "judge/fnch.h"

#include <algorithm>
#include <cmath>

#include "judge/special_functions.h"

namespace serin::judge {
namespace {

// Terms below this share of the largest cannot change a sum of doubles; the terms are log-concave, so that
// what is cut off is smaller still (about 9 standard deviations from the mode).
constexpr double kNegligible = 1e-19;

}  // namespace

ConditionalTable::ConditionalTable(const Table& table)
    : canary_(static_cast<double>(table.canary)),
      stable_(static_cast<double>(table.stable)),
      bad_(static_cast<double>(table.canaryBad) + static_cast<double>(table.stableBad)),
      canaryBad_(static_cast<double>(table.canaryBad)),
      low_(std::max(0.0, bad_ - stable_)),
      high_(std::min(canary_, bad_)),
      share_(bad_ / (canary_ + stable_)) {}

// The ratio of neighbouring terms falls, so the mode is the first place where it is not above 1.
double ConditionalTable::mode(double odds) const {
    double from = low_, to = high_;
    while (from < to) {
        const double j = std::floor((from + to) / 2);
        const double ratio = (canary_ - j) * (bad_ - j) * odds / ((j + 1) * (stable_ - bad_ + j + 1));
        if (ratio > 1) {
            from = j + 1;
        } else {
            to = j;
        }
    }
    return from;
}

double ConditionalTable::logNormaliser(double odds) const {
    if (low_ == high_) return low_ * std::log(odds);
    const double top = mode(odds);
    double sum = 1;
    double term = 1;
    for (double j = top; j < high_ && term > kNegligible; ++j) {
        term *= (canary_ - j) * (bad_ - j) * odds / ((j + 1) * (stable_ - bad_ + j + 1));
        sum += term;
    }
    term = 1;
    for (double j = top; j > low_ && term > kNegligible; --j) {
        term *= j * (stable_ - bad_ + j) / ((canary_ - j + 1) * (bad_ - j + 1) * odds);
        sum += term;
    }
    // Weighing both arms by the pooled share changes the constant only and keeps the logarithms small.
    return logBinomialTerm(top, canary_, share_) + logBinomialTerm(bad_ - top, stable_, share_) +
           top * std::log(odds) + std::log(sum);
}

double ConditionalTable::logLikelihood(double odds) const {
    return canaryBad_ * std::log(odds) - logNormaliser(odds);
}

std::vector<double> fnchIncrements(const ConditionalTable& table, double r0,
                                   const std::vector<double>& odds) {
    const double base = table.logLikelihood(r0);
    std::vector<double> out;
    out.reserve(odds.size());
    for (const double ratio : odds) out.push_back(table.logLikelihood(ratio) - base);
    return out;
}

}  // namespace serin::judge
