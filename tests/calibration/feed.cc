#include "feed.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace serin::calibration {
namespace {

constexpr double kMemory = .9;         // of the autocorrelated noise, from one interval to the next
constexpr double kClientVariance = 4;  // of the error rates of clients that keep their pod
constexpr Timestamp kBegin{std::chrono::seconds(1'700'000'000)};

Duration inTime(double seconds) {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

api::PodSample podOf(const char* version, size_t index, Duration serving) {
    api::PodSample pod;
    pod.pod = pod.name = cat(version, "-", index);
    pod.counted = true;
    pod.serving = serving;
    return pod;
}

}  // namespace

Feed::Feed(const Scenario& scenario, const api::Analysis& analysis, Random& random)
    : scenario_(scenario), analysis_(analysis), random_(random), canaryTilt_(tiltOf(scenario.change.psi)) {
    stratum_.from = stratum_.to = kBegin;
    const Trouble& trouble = scenario.trouble;
    if (trouble.offsetIsKnown) stratum_.spread = inTime(trouble.offset);
    for (int i = 0; i < scenario.stablePods; ++i) {
        stratum_.stable.push_back(podOf("stable", static_cast<size_t>(i), std::chrono::hours(1)));
    }
    for (int i = 0; i < trouble.clients; ++i) clients_.push_back(random.gammaFactor(kClientVariance));
    connectClients();
    remembered_ = random.normal();
}

const api::Stratum& Feed::before() {
    advance();
    drawInterval();
    return stratum_;
}

void Feed::step(const Step& step) {
    share_ = step.share;
    for (size_t i = stratum_.canary.size(); i < static_cast<size_t>(step.canaryPods); ++i) {
        stratum_.canary.push_back(podOf("canary", i, Duration(0)));
    }
    connectClients();
}

void Feed::connectClients() {
    clientPods_.clear();
    for (size_t i = 0; i < clients_.size(); ++i) {
        clientPods_.push_back(random_.below(stratum_.canary.size() + stratum_.stable.size()));
    }
}

const api::Stratum& Feed::next() {
    advance();
    drawInterval();
    elapsed_ += scenario_.interval;
    return stratum_;
}

void Feed::advance() {
    const Duration length = inTime(scenario_.interval);
    stratum_.from = stratum_.to;
    stratum_.to += length;
    for (auto* arm : {&stratum_.stable, &stratum_.canary}) {
        for (api::PodSample& pod : *arm) {
            if (pod.exposure.count() > 0) pod.serving += length;
            pod.exposure = length;
            pod.warm = pod.serving >= analysis_.warmUp;
        }
    }
}

double Feed::noise() {
    const Noise& noise = scenario_.noise;
    double out = random_.gammaFactor(noise.shared);
    if (noise.autocorrelated > 0) {
        remembered_ = kMemory * remembered_ + std::sqrt(1 - kMemory * kMemory) * random_.normal();
        out *= std::exp(noise.autocorrelated * (remembered_ - noise.autocorrelated / 2));
    }
    return out;
}

// The mean over an interval: requests come at any moment of it.
double Feed::rateFrom(double second) const {
    const int parts = static_cast<int>(std::ceil(scenario_.interval));
    const double length = scenario_.interval / parts;
    double sum = 0;
    for (int i = 0; i < parts; ++i) sum += scenario_.errors(second + (i + .5) * length);
    return sum / parts;
}

void Feed::drawInterval() {
    const double shared = noise();
    const double traffic = scenario_.requests * random_.gammaFactor(scenario_.noise.traffic);
    const auto rate = [&](double second) {
        return rateFrom(second) * shared * random_.gammaFactor(scenario_.noise.ofEachArm);
    };
    const Change& change = scenario_.change;
    double canaryRate = rate(elapsed_);
    if (change.errors && elapsed_ >= change.from) canaryRate = change.errors(canaryRate);
    const Arm canary{stratum_.canary, true, canaryRate, traffic * share_};
    const Arm stable{stratum_.stable, false, rate(elapsed_ + scenario_.trouble.offset),
                     traffic * (1 - share_)};
    if (!clientPods_.empty()) return drawClients(canary, stable);
    drawArm(canary);
    drawArm(stable);
}

void Feed::drawArm(const Arm& arm) {
    for (size_t i = 0; i < arm.pods.size(); ++i) {
        const uint64_t requests = random_.poisson(arm.requests / static_cast<double>(arm.pods.size()));
        const double badPod = arm.canary && i == 0 ? scenario_.trouble.badPod : 0;
        fill(arm, requests, random_.binomial(requests, badPod > 0 ? badPod : arm.rate), arm.pods[i]);
    }
}

// Each client sends as much as another one, and all of it to its pod.
void Feed::drawClients(const Arm& canary, const Arm& stable) {
    const double each = (canary.requests + stable.requests) / static_cast<double>(clients_.size());
    std::vector<uint64_t> requests(canary.pods.size() + stable.pods.size(), 0), bad = requests;
    for (size_t i = 0; i < clients_.size(); ++i) {
        const Arm& arm = clientPods_[i] < canary.pods.size() ? canary : stable;
        const double broken = i == 0 ? scenario_.trouble.brokenClient : 0;
        const uint64_t sent = random_.poisson(each);
        requests[clientPods_[i]] += sent;
        bad[clientPods_[i]] += random_.binomial(sent, broken > 0 ? broken : arm.rate * clients_[i]);
    }
    for (size_t i = 0; i < requests.size(); ++i) {
        const size_t first = canary.pods.size();
        const Arm& arm = i < first ? canary : stable;
        fill(arm, requests[i], bad[i], arm.pods[i < first ? i : i - first]);
    }
}

void Feed::fill(const Arm& arm, uint64_t requests, uint64_t bad, api::PodSample& pod) {
    for (const api::Metric& metric : analysis_.metrics) {
        api::Counts& counts = pod.counts[metric.name];
        counts.total = requests;
        counts.bad = bad;
        if (metric.kind == api::MetricKind::ErrorRate) continue;
        counts.bad = 0;
        if (!metric.byLabel.empty()) {
            fillClasses(arm.canary, requests, counts);
            continue;
        }
        counts.edges = metric.kind == api::MetricKind::Latency ? latencyEdges() : scoreEdges();
        counts.buckets = random_.multinomial(requests, bucketShares(metric, arm.canary));
    }
}

void Feed::fillClasses(bool canary, uint64_t requests, api::Counts& counts) {
    const Change& change = scenario_.change;
    const bool changed = canary && elapsed_ >= change.from && !change.classes.empty();
    const std::vector<double>& shares = changed ? change.classes : scenario_.classes;
    counts.buckets = random_.multinomial(requests, shares);
    counts.classes.clear();
    for (size_t i = 0; i < shares.size(); ++i) counts.classes.emplace_back(1, static_cast<char>('a' + i));
}

const std::vector<double>& Feed::bucketShares(const api::Metric& metric, bool canary) {
    const Change& change = scenario_.change;
    const bool changed = canary && elapsed_ >= change.from;
    const double middle = elapsed_ + scenario_.interval / 2;
    Shares& known = shares_[{metric.kind, canary}];
    if (metric.kind == api::MetricKind::Latency) {
        const Times times{scenario_.level(middle) * (changed ? change.slower : 1), changed ? change.stuck : 0,
                          change.stuckFor};
        const std::vector<double> of{times.level, times.stuck, times.stuckFor};
        if (known.of != of) known = {of, latencyShares(times)};
    } else {
        const std::vector<double> of{scenario_.tilt(middle) + (changed ? canaryTilt_ : 0)};
        if (known.of != of) known = {of, scoreShares(of.front())};
    }
    return known.shares;
}

}  // namespace serin::calibration
