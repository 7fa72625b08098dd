#pragma once

#include <cstdint>
#include <vector>

namespace serin::judge {

// How far two lists of counts over the same buckets lie apart, as shares of all of their list: 0 where the
// shares are the same. Effect sizes for people; nothing is decided by them. Each list has the same length and
// at least one count above 0. Counts are taken as they are: an empty bucket needs no smoothing here.

// The root of the Jensen-Shannon divergence in nats, as scipy.spatial.distance.jensenshannon has it: at most
// sqrt(ln 2).
double jensenShannonDistance(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b);
// sqrt(half the sum of (sqrt(p) - sqrt(q))^2): at most 1.
double hellingerDistance(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b);
// Half the sum of |p - q|: the share of observations that had to change their bucket. At most 1.
double totalVariation(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b);
// The largest difference of the shares up to some bucket: at most 1. For buckets that have an order. A lower
// bound of the statistic of Kolmogorov and Smirnov of the observations themselves.
double kolmogorovSmirnov(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b);

}  // namespace serin::judge
