#pragma once

#include "judge/fnch.h"

namespace serin::judge {

// Requests and bad ones of both arms, summed over the past: what the next interval's bets are made from.
struct Past {
    double canary = 0;
    double canaryBad = 0;
    double stable = 0;
    double stableBad = 0;

    void add(const Table& table);
    // Rates smoothed so that the first interval has one.
    double canaryRate() const;
    double stableRate() const;
    double pooledRate() const;
    // As they are; 0 without requests.
    double canaryShare() const { return canary > 0 ? canaryBad / canary : 0; }
    double stableShare() const { return stable > 0 ? stableBad / stable : 0; }

    bool operator==(const Past&) const = default;
};

// The nearest stable rate p in [0, 1-difference] when the canary's is p + difference: minimises
// canary·KL(qc‖p+difference) + stable·KL(qs‖p). Rates qc, qs strictly between 0 and 1; difference in (0, 1).
double nearestStableRate(double canary, double stable, double qc, double qs, double difference);

// ln E of one interval for the null "the canary's rate is at least `difference` above stable's" (evidence
// that it is safe). The alternative is one common rate q, known before the interval.
double logSafeByDifference(const Table& table, double q, double difference);

// ln E of one interval for the null "the canary's rate is at most `difference` above stable's" (evidence of
// harm). The alternative is the arms' past rates; 0 while these do not speak for harm.
double logHarmByDifference(const Table& table, const Past& past, double difference);

}  // namespace serin::judge
