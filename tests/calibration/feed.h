#pragma once

#include <map>
#include <vector>

#include "api/samples.h"
#include "histograms.h"
#include "random.h"
#include "scenario.h"

namespace serin::calibration {

// Draws a rollout's strata, as the operator's sampler hands them to the judge. What it is made of must
// outlive it.
class Feed {
  public:
    Feed(const Scenario& scenario, const api::Analysis& analysis, Random& random);

    // An interval before the rollout: stable alone has all the traffic.
    const api::Stratum& before();
    // From now on the canary has this share and so many pods; new ones are cold. Clients connect anew.
    void step(const Step& step);
    // The next interval of the rollout.
    const api::Stratum& next();

    Timestamp now() const { return stratum_.to; }
    // Seconds of the rollout so far.
    double elapsed() const { return elapsed_; }

  private:
    // What an interval brings to every pod of one version.
    struct Arm {
        std::vector<api::PodSample>& pods;
        bool canary;
        double rate;      // of errors
        double requests;  // of all its pods together, on average
    };
    void connectClients();
    void advance();
    double noise();
    double rateFrom(double second) const;
    void drawInterval();
    void drawArm(const Arm& arm);
    void drawClients(const Arm& canary, const Arm& stable);
    void fill(const Arm& arm, uint64_t requests, uint64_t bad, api::PodSample& pod);
    void fillClasses(bool canary, uint64_t requests, api::Counts& counts);
    const std::vector<double>& bucketShares(const api::Metric& metric, bool canary);

    const Scenario& scenario_;
    const api::Analysis& analysis_;
    Random& random_;
    api::Stratum stratum_;
    double elapsed_ = 0;
    double share_ = 0;
    double remembered_ = 0;           // the autocorrelated noise, in deviations of its logarithm
    double canaryTilt_ = 0;           // of its scores, beside stable's
    std::vector<double> clients_;     // of those that keep their pod: the factor of the error rate
    std::vector<size_t> clientPods_;  // and which pod; the canary's come first
    struct Shares {
        std::vector<double> of;
        std::vector<double> shares;
    };
    std::map<std::pair<api::MetricKind, bool>, Shares> shares_;  // as last asked for
};

}  // namespace serin::calibration
