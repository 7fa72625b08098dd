#include "judge/special_functions.h"

#include <cmath>
#include <limits>

namespace serin::judge {
namespace {

constexpr double kHalfLogTwoPi = 0.91893853320467274178;
constexpr double kTiny = 1e-300;
constexpr double kEpsilon = 1e-16;
constexpr int kMostTerms = 1'000'000;

// The rest of Stirling's formula, ln Γ(x) - [(x-½)ln x - x + ½ln 2π], for x >= 16.
double stirlingSeries(double x) {
    const double s = 1 / (x * x);
    return (1.0 / 12 -
            s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s * (1.0 / 1188 - s * 691.0 / 360360))))) /
           x;
}

// ln(n!) - [(n+½)ln n - n + ½ln 2π] for any n > 0.
double stirlingError(double n) {
    if (n >= 16) return stirlingSeries(n);
    return logGamma(n + 1) - (n + 0.5) * std::log(n) + n - kHalfLogTwoPi;
}

// x·ln(x/m) + m - x without cancellation near x = m.
double deviance(double x, double m) {
    if (std::fabs(x - m) >= 0.1 * (x + m)) return x * std::log(x / m) + m - x;
    const double v = (x - m) / (x + m);
    double sum = (x - m) * v;
    double term = 2 * x * v;
    for (int j = 1; j < 1000; ++j) {
        term *= v * v;
        const double next = sum + term / (2 * j + 1);
        if (next == sum) break;
        sum = next;
    }
    return sum;
}

double lowerBySeries(double a, double x) {
    double term = 1, sum = 1;
    for (int i = 1; i < kMostTerms && term > sum * kEpsilon; ++i) {
        term *= x / (a + i);
        sum += term;
    }
    return sum * std::exp(logPoissonTerm(a, x));
}

// Lentz's continued fraction for Q(a, x), x > a + 1.
double upperByFraction(double a, double x) {
    double b = x + 1 - a;
    double c = 1 / kTiny;
    double d = 1 / b;
    double h = d;
    for (int i = 1; i < kMostTerms; ++i) {
        const double an = -i * (i - a);
        b += 2;
        d = an * d + b;
        if (std::fabs(d) < kTiny) d = kTiny;
        c = b + an / c;
        if (std::fabs(c) < kTiny) c = kTiny;
        d = 1 / d;
        const double delta = d * c;
        h *= delta;
        if (std::fabs(delta - 1) < kEpsilon) break;
    }
    // x^a·e^-x/Γ(a) = a·(x^a·e^-x/Γ(a+1))
    return h * a * std::exp(logPoissonTerm(a, x));
}

// Lentz's continued fraction of the incomplete beta function (DLMF 8.17.22).
double betaFraction(double x, double a, double b) {
    double c = 1;
    double d = 1 - (a + b) * x / (a + 1);
    if (std::fabs(d) < kTiny) d = kTiny;
    d = 1 / d;
    double h = d;
    const auto fold = [&](double numerator) {
        d = 1 + numerator * d;
        if (std::fabs(d) < kTiny) d = kTiny;
        c = 1 + numerator / c;
        if (std::fabs(c) < kTiny) c = kTiny;
        d = 1 / d;
        h *= d * c;
        return std::fabs(d * c - 1);
    };
    for (int m = 1; m < kMostTerms; ++m) {
        fold(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)));
        if (fold(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))) < kEpsilon) break;
    }
    return h;
}

}  // namespace

double logGamma(double x) {
    double shift = 0;
    if (x < 16) {
        double product = 1;
        for (; x < 16; x += 1) product *= x;
        shift = std::log(product);
    }
    return (x - 0.5) * std::log(x) - x + kHalfLogTwoPi + stirlingSeries(x) - shift;
}

double logPoissonTerm(double a, double x) {
    if (a == 0) return -x;
    if (a < 1) return a * std::log(x) - x - logGamma(a + 1);
    return -stirlingError(a) - deviance(a, x) - kHalfLogTwoPi - 0.5 * std::log(a);
}

double logBinomialTerm(double k, double n, double p) {
    if (k == 0) return n * std::log1p(-p);
    if (k == n) return n * std::log(p);
    return stirlingError(n) - stirlingError(k) - stirlingError(n - k) - deviance(k, n * p) -
           deviance(n - k, n * (1 - p)) + 0.5 * std::log(n / (k * (n - k))) - kHalfLogTwoPi;
}

double gammaLower(double a, double x) {
    if (x <= 0) return 0;
    return x < a + 1 ? lowerBySeries(a, x) : 1 - upperByFraction(a, x);
}

double gammaUpper(double a, double x) {
    if (x <= 0) return 1;
    return x < a + 1 ? 1 - lowerBySeries(a, x) : upperByFraction(a, x);
}

double betaRegularised(double x, double a, double b) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    const double front = logGamma(a + b) - logGamma(a) - logGamma(b) + a * std::log(x) + b * std::log1p(-x);
    if (x < (a + 1) / (a + b + 2)) return std::exp(front) * betaFraction(x, a, b) / a;
    return 1 - std::exp(front) * betaFraction(1 - x, b, a) / b;
}

}  // namespace serin::judge
