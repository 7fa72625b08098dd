#pragma once

#include <vector>

namespace serin::judge {

// ln(sum of exp(x)); minus infinity for an empty list.
double logSumExp(const std::vector<double>& logs);
double logAddExp(double a, double b);
// ln(mean of exp(x)): a uniform mixture. 0 (no evidence) for an empty list.
double logMeanExp(const std::vector<double>& logs);
// count·ln(ratio), which is 0 for count 0 whatever the ratio is.
double timesLog(double count, double ratio);
// Kullback-Leibler divergence of Bernoulli(p) from Bernoulli(q), in nats.
double bernoulliDivergence(double p, double q);

}  // namespace serin::judge
