#pragma once

namespace serin::judge {

// ln Γ(x) for x > 0. (std::lgamma writes a global and differs between C libraries.)
double logGamma(double x);

// ln of the Poisson-like term x^a·e^-x/Γ(a+1), for a >= 0 (not only whole numbers) and x > 0. By Loader's
// saddle-point expansion ("Fast and accurate computation of binomial probabilities", 2000): no large terms
// that cancel.
double logPoissonTerm(double a, double x);

// ln of choose(n, k)·p^k·(1-p)^(n-k) for whole numbers 0 <= k <= n and 0 < p < 1, by the same expansion.
double logBinomialTerm(double k, double n, double p);

// Regularised incomplete gamma functions P and Q = 1 - P, a > 0, x >= 0.
double gammaLower(double a, double x);
double gammaUpper(double a, double x);

// Regularised incomplete beta function I_x(a, b), a, b > 0, 0 <= x <= 1.
double betaRegularised(double x, double a, double b);

}  // namespace serin::judge
