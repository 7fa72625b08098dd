#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "judge/judge.h"

namespace serin::judge {

// A small generator with a fixed seed (splitmix64), the same on every platform.
class Random {
  public:
    explicit Random(uint64_t seed) : state_(seed) {}
    double uniform() {
        uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
    }
    // By inversion; fast where the expected number is small.
    uint64_t binomial(uint64_t n, double p) {
        const double size = static_cast<double>(n);
        double term = std::pow(1 - p, size);
        double left = uniform() - term;
        uint64_t k = 0;
        while (left > 0 && k < n) {
            term *= (size - static_cast<double>(k)) / static_cast<double>(k + 1) * p / (1 - p);
            ++k;
            left -= term;
        }
        return k;
    }

  private:
    uint64_t state_;
};

inline api::Metric errorMetric() {
    api::Metric metric;
    metric.name = "errors";
    metric.worseOddsRatio = 1.2;
    return metric;
}

inline api::Metric driftMetric(std::optional<double> psi) {
    api::Metric metric;
    metric.name = "score";
    metric.kind = api::MetricKind::HistogramDrift;
    metric.histogram = "model_score";
    metric.psi = psi;
    return metric;
}

inline api::Metric latencyMetric() {
    api::Metric metric;
    metric.name = "latency";
    metric.kind = api::MetricKind::Latency;
    metric.histogram = "request_duration_seconds{path=\"/infer\"}";
    metric.worseOddsRatio = 1.2;
    return metric;
}

// A number that is bad below 20.
inline api::Metric queryMetric() {
    api::Metric metric;
    metric.name = "order-value";
    metric.kind = api::MetricKind::Query;
    metric.max = api::kMostBadLooks;
    metric.query.promql = "sum(order_value{version=\"{{revision}}\"})";
    metric.query.min = 20;
    return metric;
}

// Of orders, whose lower value is worse.
inline api::Metric valueMetric() {
    api::Metric metric;
    metric.name = "value";
    metric.kind = api::MetricKind::Mean;
    metric.mean = {"value_sum", "value_count", true};
    return metric;
}

// The same with limits instead of the comparison.
inline api::Metric limitedValue(const api::NumberLimits& limits) {
    api::Metric metric = valueMetric();
    metric.worseChange.reset();
    metric.meanLimits = limits;
    metric.max = api::kMostBadLooks;
    return metric;
}

inline api::Analysis analysisOf(std::vector<api::Metric> metrics) {
    api::Analysis analysis;
    analysis.metrics = std::move(metrics);
    return analysis;
}

inline api::Counts requests(uint64_t total, uint64_t bad) {
    api::Counts counts;
    counts.total = total;
    counts.bad = bad;
    return counts;
}

inline api::Counts observed(uint64_t count, double sum) {
    api::Counts counts;
    counts.total = count;
    counts.sum = sum;
    return counts;
}

inline api::Counts histogram(std::vector<double> edges, std::vector<uint64_t> buckets) {
    api::Counts counts;
    counts.edges = std::move(edges);
    counts.buckets = std::move(buckets);
    for (const uint64_t n : counts.buckets) counts.total += n;
    return counts;
}

inline api::Counts predicted(const std::map<std::string, uint64_t>& classes) {
    api::Counts counts;
    for (const auto& [name, count] : classes) {
        counts.classes.push_back(name);
        counts.buckets.push_back(count);
        counts.total += count;
    }
    return counts;
}

// Ten equal buckets of [0, 1].
inline api::Counts scores(const std::vector<uint64_t>& buckets) {
    return histogram({.1, .2, .3, .4, .5, .6, .7, .8, .9}, buckets);
}

inline api::PodSample pod(const std::string& uid, std::map<std::string, api::Counts> counts) {
    api::PodSample sample;
    sample.pod = uid;
    sample.name = "pod-" + uid;
    sample.exposure = std::chrono::seconds(10);
    sample.counted = true;
    sample.warm = true;
    sample.serving = std::chrono::hours(1);
    sample.counts = std::move(counts);
    return sample;
}

// A judge in the middle of a rollout of "new" against "old", ticking every ten seconds.
class Rig {
  public:
    explicit Rig(const api::Analysis& analysis) : judge(analysis), analysis_(analysis) {
        order_.mode = api::JudgeMode::Compare;
        order_.stable = "old";
        order_.canary = "new";
        order_.attempt = 1;
        step(0);
    }

    void step(int index) {
        order_.step = index;
        order_.stepStartedAt = now;
        judge.order(order_);
    }
    void mode(api::JudgeMode mode) {
        order_.mode = mode;
        if (mode == api::JudgeMode::Evaluate) order_.canary.clear();
        judge.order(order_);
    }
    void order(const api::JudgeOrder& order) {
        order_ = order;
        judge.order(order_);
    }
    const api::JudgeOrder& order() const { return order_; }

    api::Stratum stratum(std::vector<api::PodSample> stable, std::vector<api::PodSample> canary,
                         Duration length = std::chrono::seconds(10)) {
        api::Stratum out;
        out.from = now;
        now += length;
        out.to = now;
        out.stable = std::move(stable);
        out.canary = std::move(canary);
        return out;
    }
    void tick(std::vector<api::PodSample> stable, std::vector<api::PodSample> canary) {
        judge.add(stratum(std::move(stable), std::move(canary)));
    }
    // Errors only: one canary pod, two stable ones.
    void errors(uint64_t canary, uint64_t canaryBad, uint64_t stable, uint64_t stableBad) {
        tick({pod("s1", {{"errors", requests(stable / 2, stableBad / 2)}}),
              pod("s2", {{"errors", requests(stable - stable / 2, stableBad - stableBad / 2)}})},
             {pod("c1", {{"errors", requests(canary, canaryBad)}})});
    }
    // The process ends, and another one goes on from what was persisted.
    void restart() {
        const std::string state = judge.judgement().state;
        judge = Judge(analysis_);
        judge.restore(state);
        judge.order(order_);
    }
    api::Judgement said() const { return judge.judgement(); }
    // Ticks until the judge says harm; `most` when it does not.
    template <typename Tick>
    int ticksUntilHarm(int most, Tick tick) {
        int ticks = 0;
        for (; !said().harm && ticks < most; ++ticks) tick();
        return ticks;
    }
    api::MetricVerdict metric(const std::string& name) const {
        for (const api::MetricVerdict& verdict : said().metrics) {
            if (verdict.name == name) return verdict;
        }
        return {};
    }

    Judge judge;
    Timestamp now{std::chrono::seconds(1'700'000'000)};

  private:
    api::Analysis analysis_;
    api::JudgeOrder order_;
};

}  // namespace serin::judge
