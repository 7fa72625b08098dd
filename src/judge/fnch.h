#pragma once

#include <cstdint>
#include <vector>

namespace serin::judge {

// One interval as a two-by-two table: requests and bad ones of canary and stable.
struct Table {
    uint64_t canary = 0;
    uint64_t canaryBad = 0;
    uint64_t stable = 0;
    uint64_t stableBad = 0;

    bool operator==(const Table&) const = default;
};

// Fisher's non-central hypergeometric distribution: how many of the table's bad requests fell on the canary,
// given all its margins, as a function of the odds ratio canary to stable. Conditioning on the margins
// removes the error rate that both versions share, however it moves.
class ConditionalTable {
  public:
    explicit ConditionalTable(const Table& table);

    // ln of the normaliser, up to a constant that is the same for every odds ratio of this table. odds > 0.
    // The cost grows with the standard deviation, not with the counts.
    double logNormaliser(double odds) const;
    // ln of the likelihood of what was seen, up to the same constant.
    double logLikelihood(double odds) const;

  private:
    double mode(double odds) const;

    double canary_, stable_, bad_, canaryBad_;
    double low_, high_;  // smallest and largest possible number of bad canary requests
    double share_;       // bad / requests
};

// One interval's likelihood ratios against odds ratio r0, one a grid point: increments of ln E. Their mean
// under r0 is exactly 1; for grid points above r0 it is at most 1 under any smaller odds ratio, and the other
// way round.
std::vector<double> fnchIncrements(const ConditionalTable& table, double r0, const std::vector<double>& odds);

}  // namespace serin::judge
