#include "judge/odds_profile.h"

#include <array>
#include <cmath>
#include <limits>

#include "judge/log_math.h"

namespace serin::judge {
namespace {

constexpr int kReach = 24;  // grid points on each side of 1
constexpr double kFactor = 1.2;
constexpr std::array<int, 7> kAlternatives{1, 2, 4, 6, 9, 13, 19};  // grid steps away from the null

double oddsAt(int index) {
    return std::pow(kFactor, index - kReach);
}

// ln E against the null at `index`, betting on points in `direction`; what falls off the grid bets nothing.
double logEvidence(const std::vector<double>& likelihood, int index, int direction) {
    std::vector<double> logs;
    for (const int step : kAlternatives) {
        const int at = index + direction * step;
        if (at < 0 || at >= static_cast<int>(likelihood.size())) continue;
        logs.push_back(likelihood[static_cast<size_t>(at)] - likelihood[static_cast<size_t>(index)]);
    }
    return logSumExp(logs) - std::log(static_cast<double>(kAlternatives.size()));
}

}  // namespace

void OddsProfile::add(const ConditionalTable& table, double temper) {
    const size_t points = 2 * kReach + 1;
    if (logLikelihood.size() != points) logLikelihood.assign(points, 0);
    for (size_t i = 0; i < points; ++i) {
        logLikelihood[i] += table.logLikelihood(oddsAt(static_cast<int>(i))) / temper;
    }
}

OddsProfile::Bounds OddsProfile::bounds(double error) const {
    Bounds out{0, std::numeric_limits<double>::infinity()};
    const int points = static_cast<int>(logLikelihood.size());
    const double limit = std::log(2 / error);
    for (int i = 0; i < points && logEvidence(logLikelihood, i, 1) >= limit; ++i) out.low = oddsAt(i);
    for (int i = points - 1; i >= 0 && logEvidence(logLikelihood, i, -1) >= limit; --i) out.high = oddsAt(i);
    return out;
}

}  // namespace serin::judge
