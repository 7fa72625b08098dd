#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/spec.h"

namespace serin::calibration {

// Something that moves with the second of the rollout, for both versions alike.
using Curve = std::function<double(double second)>;
Curve flat(double value);
Curve trend(double from, double to, double seconds);
// Around `mean`, from mean·(1 - swing) to mean·(1 + swing); one day is `period` long.
Curve rhythm(double mean, double swing, double period);
// `high` for `length` seconds of every `period`, else `low`.
Curve bursts(double low, double high, double length, double period);

// The canary's error rate, given stable's.
using Worse = std::function<double(double rate)>;
Worse times(double factor);
Worse byOdds(double ratio);
Worse plus(double difference);
// Beyond both of SAFE's margins: the odds ratio and the difference.
Worse unsafe(const api::Metric& metric);

// From look `from` on the canary has this share of the traffic and so many pods.
struct Step {
    int from = 0;
    double share = .1;
    int canaryPods = 1;
};

// Chance that moves error rates from interval to interval, beside that of the single request.
struct Noise {
    double shared = 0;          // variance of a factor (gamma, mean 1) that both versions feel
    double autocorrelated = 0;  // deviation of the logarithm of a shared factor that remembers .9 of itself
    double ofEachArm = 0;       // variance of a factor that each version draws for itself
    double traffic = 0;         // variance of a factor of the number of requests of both versions
};

// What differs in the canary.
struct Change {
    Worse errors = {};  // none: nothing
    double from = 0;    // seconds; until then nothing differs
    double slower = 1;  // factor of all times
    double stuck = 0;   // share of the requests that take `stuckFor` seconds longer
    double stuckFor = 0;
    double psi = 0;                    // population stability index of its scores against stable's
    std::vector<double> classes = {};  // shares of the classes that it predicts; empty: as stable's
};

// What is wrong with where requests go or how they are read.
struct Trouble {
    int clients = 0;             // 0: each request goes anywhere. Else so many keep their pod for ever
    double brokenClient = 0;     // error rate of the first client; 0: like the others
    double badPod = 0;           // error rate of the canary's first pod; 0: like the others
    double offset = 0;           // seconds by which stable is read later than the canary
    bool offsetIsKnown = false;  // and the spread of the scrapes says so
};

// One rollout as its clients and pods live it.
struct Scenario {
    int looks = 120;
    int watched = 0;         // looks after that, at the promoted canary alone
    double interval = 15;    // seconds
    double requests = 3000;  // of both versions in one interval, on average (Poisson)
    std::vector<Step> steps{{}};
    int stablePods = 9;
    Curve errors = flat(.005);
    Curve level = flat(.08);  // median of the times in seconds; they are log-normal, sigma .6
    Curve tilt = flat(0);     // of the scores, which are ten classes: 0 is equal shares
    std::vector<double> classes = {.95, .05};  // shares of the classes that are predicted
    Noise noise = {};
    Change change = {};
    Trouble trouble = {};
};

}  // namespace serin::calibration
