#include "judge/risk_difference.h"

#include "judge/log_math.h"

namespace serin::judge {
namespace {

double smoothed(double bad, double total) {
    return (bad + 0.001) / (total + 0.5);
}

double logRatio(const Table& table, double qc, double qs, double pc, double ps) {
    const auto d = [](uint64_t n) { return static_cast<double>(n); };
    return timesLog(d(table.canaryBad), qc / pc) +
           timesLog(d(table.canary - table.canaryBad), (1 - qc) / (1 - pc)) +
           timesLog(d(table.stableBad), qs / ps) +
           timesLog(d(table.stable - table.stableBad), (1 - qs) / (1 - ps));
}

}  // namespace

void Past::add(const Table& table) {
    canary += static_cast<double>(table.canary);
    canaryBad += static_cast<double>(table.canaryBad);
    stable += static_cast<double>(table.stable);
    stableBad += static_cast<double>(table.stableBad);
}

double Past::canaryRate() const {
    return smoothed(canaryBad, canary);
}
double Past::stableRate() const {
    return smoothed(stableBad, stable);
}
double Past::pooledRate() const {
    return smoothed(canaryBad + stableBad, canary + stable);
}

double nearestStableRate(double canary, double stable, double qc, double qs, double difference) {
    // The derivative rises in p: a sum of two convex functions.
    const auto slope = [&](double p) {
        const double pc = p + difference;
        double sum = 0;
        if (canary > 0) sum += canary * (pc - qc) / (pc * (1 - pc));
        if (stable > 0) sum += stable * (p - qs) / (p * (1 - p));
        return sum;
    };
    double low = 0, high = 1 - difference;
    for (int i = 0; i < 200; ++i) {
        const double middle = (low + high) / 2;
        if (middle <= low || middle >= high) break;
        if (slope(middle) < 0) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2;
}

double logSafeByDifference(const Table& table, double q, double difference) {
    if (table.canary == 0 || q >= 1) return 0;
    const double ps = nearestStableRate(static_cast<double>(table.canary), static_cast<double>(table.stable),
                                        q, q, difference);
    return logRatio(table, q, q, ps + difference, ps);
}

double logHarmByDifference(const Table& table, const Past& past, double difference) {
    const double qc = past.canaryRate();
    const double qs = past.stableRate();
    if (table.canary == 0 || table.stable == 0 || qc <= qs + difference || qc >= 1) return 0;
    const double ps = nearestStableRate(static_cast<double>(table.canary), static_cast<double>(table.stable),
                                        qc, qs, difference);
    return logRatio(table, qc, qs, ps + difference, ps);
}

}  // namespace serin::judge
