#include <benchmark/benchmark.h>

#include <string>

#include "judge/judge.h"

namespace {

using namespace serin;

api::PodSample podOf(const std::string& name, uint64_t total, uint64_t bad) {
    api::PodSample pod;
    pod.pod = pod.name = name;
    pod.exposure = std::chrono::seconds(10);
    pod.counted = pod.warm = true;
    pod.counts["errors"].total = total;
    pod.counts["errors"].bad = bad;
    api::Counts& score = pod.counts["score"];
    score.edges = {.1, .2, .3, .4, .5, .6, .7, .8, .9};
    score.buckets.assign(10, total / 10);
    score.total = total / 10 * 10;
    return pod;
}

// One tick of a rollout of four stable pods and `pods` canary pods, errors and one drift Guard, 0.5 % errors.
void judgeUpdate(benchmark::State& state, bool withReport) {
    api::Analysis analysis;
    api::Metric errors;
    errors.name = "errors";
    errors.worseOddsRatio = 1.2;
    api::Metric drift;
    drift.name = "score";
    drift.kind = api::MetricKind::HistogramDrift;
    drift.psi = 1.0;
    analysis.metrics = {errors, drift};
    judge::Judge judge(analysis);
    api::JudgeOrder order{api::JudgeMode::Compare, "old", "new", 1, 0, Timestamp{}};
    judge.order(order);
    const auto requests = static_cast<uint64_t>(state.range(0));
    api::Stratum stratum;
    for (int i = 0; i < 4; ++i)
        stratum.stable.push_back(podOf("s" + std::to_string(i), requests, requests / 200));
    for (int i = 0; i < state.range(1); ++i) {
        stratum.canary.push_back(podOf("c" + std::to_string(i), requests, requests / 200));
    }
    stratum.to = Timestamp(std::chrono::hours(1));
    for (auto _ : state) {
        stratum.from = stratum.to;
        stratum.to += std::chrono::seconds(10);
        judge.add(stratum);
        if (withReport) benchmark::DoNotOptimize(judge.judgement());
    }
    state.SetItemsProcessed(state.iterations());
}

void addStratum(benchmark::State& state) {
    judgeUpdate(state, false);
}
void addStratumAndReport(benchmark::State& state) {
    judgeUpdate(state, true);
}

constexpr int kHistograms = 20;
constexpr int kEdges = 20;

// Of `requests` about a tenth take longer than each next edge.
api::PodSample podWithHistograms(const std::string& name, uint64_t requests) {
    api::PodSample pod = podOf(name, requests, requests / 200);
    pod.counts.clear();
    api::Counts latency;
    for (int i = 1; i <= kEdges; ++i) latency.edges.push_back(0.01 * i);
    uint64_t left = requests;
    for (int i = 0; i < kEdges; ++i) {
        latency.buckets.push_back(left / 4);
        left -= left / 4;
    }
    latency.buckets.push_back(left);
    latency.total = requests;
    pod.serving = std::chrono::hours(1);
    for (int i = 0; i < kHistograms; ++i) pod.counts["latency" + std::to_string(i)] = latency;
    return pod;
}

// As much as a ModelDeployment can ask for: 20 latencies with 20 edges each, of ten pods an arm, each canary
// pod also left out in turn. One item is an interval's update of one metric.
void addStratumOfHistograms(benchmark::State& state) {
    api::Analysis analysis;
    for (int i = 0; i < kHistograms; ++i) {
        api::Metric metric;
        metric.name = "latency" + std::to_string(i);
        metric.kind = api::MetricKind::Latency;
        metric.worseOddsRatio = 1.2;
        analysis.metrics.push_back(metric);
    }
    judge::Judge judge(analysis);
    judge.order({api::JudgeMode::Compare, "old", "new", 1, 0, Timestamp{}});
    api::Stratum stratum;
    const auto requests = static_cast<uint64_t>(state.range(0));
    for (int i = 0; i < 10; ++i) {
        stratum.stable.push_back(podWithHistograms("s" + std::to_string(i), requests));
        stratum.canary.push_back(podWithHistograms("c" + std::to_string(i), requests));
    }
    stratum.to = Timestamp(std::chrono::hours(1));
    for (auto _ : state) {
        stratum.from = stratum.to;
        stratum.to += std::chrono::seconds(10);
        judge.add(stratum);
        benchmark::DoNotOptimize(judge.judgement());
    }
    state.SetItemsProcessed(state.iterations() * kHistograms);
}
BENCHMARK(addStratumOfHistograms)->ArgName("requests")->Arg(100)->Arg(10000)->Unit(benchmark::kMillisecond);

BENCHMARK(addStratum)->ArgNames({"requests", "pods"})->Args({1000, 1})->Args({1000, 4})->Args({1000000, 4});
BENCHMARK(addStratumAndReport)->ArgNames({"requests", "pods"})->Args({1000, 1})->Args({1000, 4});

}  // namespace
