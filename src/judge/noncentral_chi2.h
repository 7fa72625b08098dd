#pragma once

namespace serin::judge {

// The noncentral chi-square distribution with `degrees` > 0 degrees of freedom and noncentrality >= 0: a Poisson
// mixture of central ones. Both tails keep their relative accuracy.
double noncentralChi2Lower(double x, double degrees, double noncentrality);  // P(X <= x)
double noncentralChi2Upper(double x, double degrees, double noncentrality);  // P(X > x)

// x with P(X <= x) = probability, and with P(X > x) = probability; 0 < probability < 1.
double noncentralChi2LowerQuantile(double probability, double degrees, double noncentrality);
double noncentralChi2UpperQuantile(double probability, double degrees, double noncentrality);

}  // namespace serin::judge
