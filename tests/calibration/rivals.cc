#include "rivals.h"

#include <algorithm>
#include <cmath>

#include "histograms.h"
#include "mann_whitney.h"

namespace serin::calibration {
namespace {

// Argo Rollouts: `successCondition: result[0] >= 0.95` with `failureLimit: 3` of a success rate
// (docs/analysis/prometheus.md; docs/features/analysis.md has intervals of 60 s too). A run fails when more
// measurements than the limit failed. The example's irate over 5 m looks at two samples only; we grant it the
// whole minute, and show the stricter condition beside it.
constexpr int kArgoFailureLimit = 3;

// Flagger: `interval: 1m` and `threshold: 5` of its tutorials ("max number of failed metric checks before
// rollback", https://docs.flagger.app/usage/how-it-works), request-success-rate of at least 99 % and
// request-duration (P99) of at most 500 ms (https://docs.flagger.app/usage/metrics). Failed checks add up;
// nothing takes them back.
constexpr double kFlaggerSuccess = .99;
constexpr double kFlaggerSeconds = .5;
constexpr int kFlaggerThreshold = 5;

// Kayenta: Mann-Whitney U at 98 % confidence on series of one point a minute; a metric is High when the whole
// interval of the shift lies above 0.25 times the estimated shift
// (https://spinnaker.io/docs/guides/user/canary/judge and the settings of its NetflixACAJudge). Judged over
// all points so far every five minutes.
constexpr double kKayentaConfidence = .98;
constexpr double kKayentaTolerance = .25;
constexpr size_t kKayentaEvery = 5;

double successRate(const Minute& minute) {
    if (minute.requests == 0) return 1;
    return 1 - static_cast<double>(minute.bad) / static_cast<double>(minute.requests);
}

double bucketStart(size_t bucket) {
    return bucket == 0 ? 0 : latencyEdges()[bucket - 1];
}
double bucketEnd(size_t bucket) {
    return latencyEdges()[std::min(bucket, latencyEdges().size() - 1)];
}

// As Prometheus' histogram_quantile: linear within a bucket, the largest finite edge above it.
double quantile(const Minute& minute, double q) {
    const double rank = q * static_cast<double>(minute.requests);
    double before = 0;
    for (size_t i = 0; i < minute.times.size(); ++i) {
        const double inside = static_cast<double>(minute.times[i]);
        if (before + inside >= rank && inside > 0) {
            return bucketStart(i) + (bucketEnd(i) - bucketStart(i)) * (rank - before) / inside;
        }
        before += inside;
    }
    return 0;
}

double meanTime(const Minute& minute) {
    double sum = 0;
    for (size_t i = 0; i < minute.times.size(); ++i) {
        sum += static_cast<double>(minute.times[i]) * (bucketStart(i) + bucketEnd(i)) / 2;
    }
    return minute.requests > 0 ? sum / static_cast<double>(minute.requests) : 0;
}

double pointOf(const Minute& minute) {
    return minute.times.empty() ? 1 - successRate(minute) : meanTime(minute);
}

bool argoFails(const Minute& minute, double least) {
    return successRate(minute) < least;
}

bool flaggerFails(const Minute& minute) {
    return successRate(minute) < kFlaggerSuccess ||
           (!minute.times.empty() && quantile(minute, .99) > kFlaggerSeconds);
}

}  // namespace

void Minute::add(const std::vector<api::PodSample>& arm, const std::vector<api::Metric>& metrics) {
    for (const api::PodSample& pod : arm) {
        bool counted = false;
        for (const api::Metric& metric : metrics) {
            const api::Counts& counts = pod.counts.at(metric.name);
            if (!counted) requests += counts.total;
            counted = true;
            if (metric.kind == api::MetricKind::ErrorRate) bad += counts.bad;
            if (metric.kind != api::MetricKind::Latency) continue;
            times.resize(counts.buckets.size(), 0);
            for (size_t i = 0; i < times.size(); ++i) times[i] += counts.buckets[i];
        }
    }
}

const std::array<std::string, kRivals>& rivalNames() {
    static const std::array<std::string, kRivals> names{"Argo <95%", "Argo <99%", "Flagger", "Kayenta"};
    return names;
}

void Rivals::add(const api::Stratum& stratum, double second) {
    canary_.add(stratum.canary, metrics_);
    stable_.add(stratum.stable, metrics_);
    if (second < minuteEnds_) return;
    judgeMinute(second);
    canary_ = stable_ = {};
    minuteEnds_ = (std::floor(second / 60) + 1) * 60;
}

bool Rivals::allDecided() const {
    return std::all_of(at_.begin(), at_.end(), [](const auto& at) { return at.has_value(); });
}

void Rivals::judgeMinute(double second) {
    canarySeries_.push_back(pointOf(canary_));
    stableSeries_.push_back(pointOf(stable_));
    const std::array<bool, kRivals> fails{argoFails(canary_, .95), argoFails(canary_, .99),
                                          flaggerFails(canary_), kayentaFails()};
    constexpr std::array<int, kRivals> kMost{kArgoFailureLimit, kArgoFailureLimit, kFlaggerThreshold - 1, 0};
    for (size_t i = 0; i < kRivals; ++i) {
        if (fails[i] && ++failures_[i] > kMost[i] && !at_[i]) at_[i] = second;
    }
}

bool Rivals::kayentaFails() const {
    if (canarySeries_.size() % kKayentaEvery != 0 || canarySeries_ == stableSeries_) return false;
    const Shift shift = shiftBetween(canarySeries_, stableSeries_, kKayentaConfidence);
    return shift.low > kKayentaTolerance * std::abs(shift.estimate);
}

}  // namespace serin::calibration
