#pragma once

#include <vector>

namespace serin::judge {

// One interval's likelihood ratios of `bad` among `total` requests against the limit M of the error rate
// (0 < M < 1): alternative g has the odds of M times odds[g]. Odds above 1 gather evidence that the rate is
// above M, below 1 that it is below. -infinity where the alternative excludes what was seen.
std::vector<double> limitIncrements(double total, double bad, double limit, const std::vector<double>& odds);

// Clopper and Pearson's upper confidence bound of a rate: P(true rate > bound) <= error. 1 without any data.
double upperRate(double total, double bad, double error);

}  // namespace serin::judge
