#include "judge/noncentral_chi2.h"

#include <algorithm>
#include <cmath>

#include "judge/special_functions.h"

namespace serin::judge {
namespace {

// The Poisson weights that matter: mean ± 12 standard deviations, and some more for small means.
struct Window {
    double from, to;
};

Window windowOf(double mean) {
    const double reach = 12 * std::sqrt(mean) + 40;
    return {std::max(0.0, std::floor(mean - reach)), std::ceil(mean + reach)};
}

double weight(double j, double mean) {
    if (mean == 0) return j == 0 ? 1 : 0;
    return std::exp(logPoissonTerm(j, mean));
}

}  // namespace

// P(a+1, x) = P(a, x) - x^a·e^-x/Γ(a+1): summed downwards every term is positive.
double noncentralChi2Lower(double x, double degrees, double noncentrality) {
    if (x <= 0) return 0;
    const double mean = noncentrality / 2;
    const Window window = windowOf(mean);
    double central = gammaLower(degrees / 2 + window.to, x / 2);
    double sum = 0;
    for (double j = window.to; j >= window.from; --j) {
        sum += weight(j, mean) * central;
        if (j > window.from) central += std::exp(logPoissonTerm(degrees / 2 + j - 1, x / 2));
    }
    return std::min(sum, 1.0);
}

double noncentralChi2Upper(double x, double degrees, double noncentrality) {
    if (x <= 0) return 1;
    const double mean = noncentrality / 2;
    const Window window = windowOf(mean);
    double central = gammaUpper(degrees / 2 + window.from, x / 2);
    double sum = 0;
    for (double j = window.from; j <= window.to; ++j) {
        sum += weight(j, mean) * central;
        central += std::exp(logPoissonTerm(degrees / 2 + j, x / 2));
    }
    return std::min(sum, 1.0);
}

}  // namespace serin::judge
