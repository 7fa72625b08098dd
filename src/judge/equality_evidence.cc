#include "judge/equality_evidence.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "judge/log_math.h"

namespace serin::judge {
namespace {

constexpr std::array<double, kEqualityBets> kBelief{0.25, 0.5, 0.75, 1};
// An arm's own past counts as much as that of both when it has so many observations.
constexpr double kShrinkage = 50;

double totalOf(const std::vector<uint64_t>& counts) {
    return static_cast<double>(std::accumulate(counts.begin(), counts.end(), uint64_t{0}));
}

std::vector<double> pooledShares(const EqualityBlock& block) {
    const double classes = static_cast<double>(block.canary.size());
    const double all = totalOf(block.canaryPast) + totalOf(block.stablePast) + 1;
    std::vector<double> out;
    for (size_t i = 0; i < block.canary.size(); ++i) {
        out.push_back((static_cast<double>(block.canaryPast[i] + block.stablePast[i]) + 1 / classes) / all);
    }
    return out;
}

std::vector<double> betOn(const std::vector<uint64_t>& past, const std::vector<double>& pooled,
                          double belief) {
    const double all = totalOf(past) + kShrinkage;
    std::vector<double> out;
    for (size_t i = 0; i < past.size(); ++i) {
        const double own = (static_cast<double>(past[i]) + kShrinkage * pooled[i]) / all;
        out.push_back((1 - belief) * pooled[i] + belief * own);
    }
    return out;
}

}  // namespace

double logDifferent(const EqualityBlock& block, const std::vector<double>& canaryShares,
                    const std::vector<double>& stableShares) {
    const double canary = totalOf(block.canary);
    const double stable = totalOf(block.stable);
    double out = 0;
    for (size_t i = 0; i < block.canary.size(); ++i) {
        const double common = (canary * canaryShares[i] + stable * stableShares[i]) / (canary + stable);
        out += timesLog(static_cast<double>(block.canary[i]), canaryShares[i] / common) +
               timesLog(static_cast<double>(block.stable[i]), stableShares[i] / common);
    }
    return out;
}

void EqualityEvidence::add(const EqualityBlock& block) {
    if (totalOf(block.canaryPast) == 0 || totalOf(block.stablePast) == 0) return;
    const std::vector<double> pooled = pooledShares(block);
    bets.resize(kEqualityBets);
    for (size_t i = 0; i < kEqualityBets; ++i) {
        bets[i] += logDifferent(block, betOn(block.canaryPast, pooled, kBelief[i]),
                                betOn(block.stablePast, pooled, kBelief[i]));
    }
    most = std::max(most, logMeanExp(bets));
}

}  // namespace serin::judge
