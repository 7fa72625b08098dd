// What a ModelDeployment needs while it is judged by ten metrics: of the heap, as malloc counts it, by one
// Examiner (the judge, the pods' counters and what was last said) without the compiled selectors, which like
// ones share.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <memory>
#include <string>
#include <vector>

#include "base/text.h"
#include "runtime/examiner.h"

namespace {

using namespace serin;

constexpr Timestamp kStart{std::chrono::hours(24 * 365 * 55)};
constexpr int kExaminers = 1000;
constexpr int kRounds = 8;  // in two steps

std::string histogram(const std::string& name, const std::vector<double>& edges, int perBucket) {
    std::string out = cat("# TYPE ", name, " histogram\n");
    int below = 0;
    for (const double edge : edges)
        out += cat(name, "_bucket{le=\"", humanNumber(edge), "\"} ", below += perBucket, "\n");
    below += perBucket;
    return out + cat(name, "_bucket{le=\"+Inf\"} ", below, "\n", name, "_count ", below, "\n");
}

std::vector<double> edgesOf(int count) {
    std::vector<double> out;
    for (int i = 1; i <= count; ++i) out.push_back(0.05 * i);
    return out;
}

api::Metric metricOf(const std::string& name, api::MetricKind kind, const std::string& histogram) {
    api::Metric metric;
    metric.name = name;
    metric.kind = kind;
    metric.histogram = histogram;
    if (metric.isRate()) metric.worseOddsRatio = 1.2;
    return metric;
}

std::vector<api::Metric> manyKinds() {
    std::vector<api::Metric> out{metricOf("errors", api::MetricKind::ErrorRate, ""),
                                 metricOf("latency", api::MetricKind::Latency, "seconds"),
                                 metricOf("slow", api::MetricKind::Latency, "seconds")};
    out.back().slowerThan = 0.5;
    for (const char* name : {"nan", "one-class"}) {
        out.push_back(metricOf(name, api::MetricKind::Share, ""));
        out.back().share = {"predictions_total", cat("predictions_total{class=\"", name, "\"}"), ""};
    }
    out.push_back(metricOf("value", api::MetricKind::Mean, ""));
    out.back().mean = {"value_sum", "value_count", false};
    for (const char* name : {"score", "feature", "amount"}) {
        out.push_back(metricOf(name, api::MetricKind::HistogramDrift, name));
        out.back().psi = 1.0;
    }
    out.push_back(metricOf("class", api::MetricKind::HistogramDrift, "predictions_total"));
    out.back().byLabel = "class";
    return out;
}

std::vector<api::Metric> latencies() {
    std::vector<api::Metric> out;
    for (int i = 0; i < 10; ++i)
        out.push_back(metricOf(cat("l", i), api::MetricKind::Latency, cat("seconds", i)));
    return out;
}

std::string pageAt(int second, bool onlyLatencies) {
    std::string out = "process_start_time_seconds 1000\n";
    if (onlyLatencies) {
        for (int i = 0; i < 10; ++i) out += histogram(cat("seconds", i), edgesOf(20), 10 * second);
        return out;
    }
    out += cat("# TYPE requests_total counter\nrequests_total{code=\"200\"} ", 140 * second,
               "\nrequests_total{code=\"500\"} ", second, "\n# TYPE predictions_total counter\n");
    for (const char* name : {"nan", "one-class", "a", "b", "c"}) {
        out += cat("predictions_total{class=\"", name, "\"} ", 30 * second, "\n");
    }
    out += cat("# TYPE value summary\nvalue_sum ", 300 * second, "\nvalue_count ", 140 * second, "\n");
    for (const char* name : {"score", "feature", "amount"}) out += histogram(name, edgesOf(9), 14 * second);
    return out + histogram("seconds", edgesOf(14), 10 * second);
}

struct World {
    api::ModelDeployment object;
    api::Plan plan;
    api::Split split;
    std::vector<std::string> pages;

    World(int canaryPods, int stablePods, bool onlyLatencies) {
        object.meta.name = "fraud";
        object.meta.generation = 1;
        api::Spec& spec = object.spec;
        spec.revision = "new";
        spec.runtime.ports = {8080, 0, 8082};
        spec.runtime.metricsPath = "/metrics";
        spec.runtime.readyPath = "/ready";
        spec.runtime.errors = {{"requests_total"}, {"requests_total{code=\"500\"}"}};
        spec.analysis.interval = std::chrono::seconds(10);
        spec.analysis.warmUp = Duration{0};
        spec.analysis.metrics = onlyLatencies ? latencies() : manyKinds();
        object.status.rollout = api::RolloutStatus{};
        object.status.rollout->startedAt = kStart;
        plan.order = {api::JudgeMode::Compare, "old", "new", 1, 0, kStart};
        for (int i = 0; i < canaryPods + stablePods; ++i) {
            const char* arm = i < canaryPods ? "new" : "old";
            split.versions[arm].endpoints.push_back({cat("0f0f0f0f-0000-4000-8000-0000000000", 10 + i),
                                                     cat("fraud-", arm, "-abcde-", i),
                                                     cat("198.18.0.", i + 1), true});
        }
        for (int round = 0; round < kRounds; ++round)
            pages.push_back(pageAt(10 * (round + 1), onlyLatencies));
    }

    // Null when it does not judge.
    std::unique_ptr<runtime::Examiner> examined() {
        auto out = std::make_unique<runtime::Examiner>(object);
        for (int round = 0; round < kRounds; ++round) {
            const Timestamp now = kStart + std::chrono::seconds(10 * (round + 1));
            plan.order.step = round < kRounds / 2 ? 0 : 1;
            plan.order.stepStartedAt = kStart + std::chrono::seconds(round < kRounds / 2 ? 0 : 5 * kRounds);
            out->order(object, plan, split, now);
            const auto request = out->round(split);
            if (!request) return nullptr;
            signals::Round read;
            read.at = now;
            read.selection = request->selection;
            for (const signals::Target& target : request->targets) {
                signals::PodResult pod;
                pod.target = target;
                pod.startedAt = pod.endedAt = now;
                pod.reading =
                    signals::readPage(pages[static_cast<size_t>(round)], *request->selection, false);
                if (!pod.reading) return nullptr;
                read.pods.push_back(std::move(pod));
            }
            out->finish(read);
        }
        const auto said = out->judgement();
        return said && said->canaryRequestsInStep > 0 ? std::move(out) : nullptr;
    }
};

void heapOf(benchmark::State& state, bool onlyLatencies) {
    World world(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)), onlyLatencies);
    const auto first = world.examined();  // what all share is made
    if (!first) {
        state.SkipWithError("nothing was judged");
        return;
    }
    for (auto _ : state) {
        std::vector<std::unique_ptr<runtime::Examiner>> all(kExaminers);
        const size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
        for (auto& one : all) one = world.examined();
        const size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
        state.counters["bytes"] = static_cast<double>(after - before) / kExaminers;
    }
    state.counters["state"] = static_cast<double>(first->judgement()->state.size());
}

void TenMetrics(benchmark::State& state) {
    heapOf(state, false);
}
void TenLatenciesOfTwentyEdges(benchmark::State& state) {
    heapOf(state, true);
}
BENCHMARK(TenMetrics)->ArgNames({"canary", "stable"})->Args({1, 4})->Args({4, 4})->Iterations(1);
BENCHMARK(TenLatenciesOfTwentyEdges)
    ->ArgNames({"canary", "stable"})
    ->Args({1, 4})
    ->Args({10, 10})
    ->Iterations(1);

}  // namespace
