#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace serin::judge {

// Both arms' counts of one interval, and those of the past, over the same classes.
struct EqualityBlock {
    std::vector<uint64_t> canary;
    std::vector<uint64_t> stable;
    std::vector<uint64_t> canaryPast;
    std::vector<uint64_t> stablePast;
};

// ln of one block's e-value against "both arms have the same shares of the classes", for a bet on shares that
// were fixed before it, all above 0. Its mean is at most 1 whatever the common shares are: by the inequality
// of the arithmetic and geometric mean, as for two classes in Turner, Ly and Grünwald (Journal of Statistical
// Planning and Inference, 2024).
double logDifferent(const EqualityBlock& block, const std::vector<double>& canaryShares,
                    const std::vector<double>& stableShares);

// Whether the arms differ at all, however little: an e-process over an attempt, block by block, so that
// neither a moving mix of inputs nor a ramp of traffic counts. Retrained models differ, so this is told to
// people and decides nothing.
struct EqualityEvidence {
    // ln of the e-value of each bet; empty while there was no past to bet by. The bets believe the past by
    // 25, 50, 75 and 100 %, and both arms together for the rest.
    std::vector<double> bets;
    // The largest ln E so far: E reaches 1/error at any time with probability `error` at most while the arms
    // are the same, so what was once shown stays shown.
    double most = 0;

    void add(const EqualityBlock& block);

    bool operator==(const EqualityEvidence&) const = default;
};

inline constexpr size_t kEqualityBets = 4;

}  // namespace serin::judge
