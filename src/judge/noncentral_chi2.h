#pragma once

namespace serin::judge {

// The noncentral chi-square distribution with `degrees` > 0 degrees of freedom and noncentrality >= 0: a
// Poisson mixture of central ones. Both tails keep their relative accuracy.
double noncentralChi2Lower(double x, double degrees, double noncentrality);  // P(X <= x)
double noncentralChi2Upper(double x, double degrees, double noncentrality);  // P(X > x)

}  // namespace serin::judge
