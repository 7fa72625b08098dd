// How fast pods' pages are read: bytes per second on one core. "All" parses every label of every line;
// "Reduce" does what a scrape does, where only the judged names are parsed.
#include <benchmark/benchmark.h>

#include <string>

#include "base/text.h"
#include "signals/counter_book.h"
#include "signals/exposition.h"
#include "signals/pod_reading.h"

namespace {

using namespace serin;
using namespace serin::signals;

// A page in MLServer's manner: counters and latency histograms by path and code, runtime numbers around them.
// Counters are `rounds` times what they are in the first round.
std::string makePage(int paths, int rounds = 1) {
    std::string page =
        "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds 1.76393550123e+09\n";
    page +=
        "# HELP rest_server_requests_total Total HTTP requests\n# TYPE rest_server_requests_total counter\n";
    for (int path = 0; path < paths; ++path) {
        for (const char* code : {"200", "422", "500"}) {
            page +=
                cat("rest_server_requests_total{app_name=\"mlserver\",method=\"POST\",path=\"/v2/models/m",
                    path, "/infer\",status_code=\"", code, "\"} ", rounds * (1000 * path + 17), ".0\n");
        }
    }
    page += "# TYPE rest_server_request_duration_seconds histogram\n";
    for (int path = 0; path < paths; ++path) {
        for (const char* le :
             {"0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "+Inf"}) {
            page += cat("rest_server_request_duration_seconds_bucket{app_name=\"mlserver\",le=\"", le,
                        "\",method=\"POST\",path=\"/v2/models/m", path, "/infer\",status_code=\"200\"} ",
                        rounds * 31 * path, ".0\n");
        }
        page += cat("rest_server_request_duration_seconds_sum{path=\"/v2/models/m", path,
                    "\"} 1.2345678901234567e+02\n");
    }
    page += "# TYPE model_score histogram\n";
    for (int bin = 1; bin < 10; ++bin)
        page += cat("model_score_bucket{le=\"0.", bin, "\"} ", rounds * 50 * bin, ".0\n");
    return page + cat("model_score_bucket{le=\"+Inf\"} ", rounds * 500, ".0\nmodel_score_count ",
                      rounds * 500, ".0\nmodel_score_sum 250.25\n");
}

class Everything final : public PageSink {
  public:
    bool wants(std::string_view) override { return true; }
    void type(std::string_view, std::string_view) override {}
    void sample(const Sample& sample) override {
        sum += sample.value + static_cast<double>(sample.labels.size());
    }
    void malformed(const PageIssue&) override { ++issues; }
    double sum = 0;
    int issues = 0;
};

void All(benchmark::State& state) {
    std::string page = makePage(static_cast<int>(state.range(0)));
    for (auto _ : state) {
        Everything sink;
        benchmark::DoNotOptimize(readExposition(page, PageLimits{}, sink));
        if (sink.issues > 0) state.SkipWithError("the page is malformed");
        benchmark::DoNotOptimize(sink.sum);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(page.size()));
}
BENCHMARK(All)->Arg(4)->Arg(400);

void Reduce(benchmark::State& state) {
    std::string page = makePage(static_cast<int>(state.range(0)));
    api::Runtime runtime;
    runtime.errors = {{"rest_server_requests_total{path=~\"/v2/models/.*/infer\",status_code!~\"4..\"}"},
                      {"rest_server_requests_total{path=~\"/v2/models/.*/infer\",status_code=~\"5..\"}"}};
    std::vector<api::Metric> metrics(2);
    metrics[1].kind = api::MetricKind::HistogramDrift;
    metrics[1].histogram = "model_score";
    auto selection = compileSelection(runtime, metrics);
    for (auto _ : state) {
        auto reading = readPage(page, *selection, false);
        if (!reading) state.SkipWithError(reading.error().message.c_str());
        benchmark::DoNotOptimize(reading);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(page.size()));
}
BENCHMARK(Reduce)->Arg(4)->Arg(400);

constexpr int kPods = 100;
constexpr int kPaths = 143;  // 2,000 series a page

std::vector<std::string> pagesOfRound(int rounds) {
    return std::vector<std::string>(kPods, makePage(kPaths, rounds));
}

// A round of 100 pods with 2,000 series each, without the network: pages are read and selected, and what they
// counted since the round before becomes a stratum. "few" judges errors and a score, 439 series; otherwise
// the latency of all paths too, which is all 2,000 but the sums.
void RoundOfPods(benchmark::State& state) {
    api::Runtime runtime;
    runtime.errors = {{"rest_server_requests_total{path=~\"/v2/models/.*/infer\",status_code!~\"4..\"}"},
                      {"rest_server_requests_total{path=~\"/v2/models/.*/infer\",status_code=~\"5..\"}"}};
    std::vector<api::Metric> metrics(state.range(0) == 0 ? 3 : 2);
    metrics[0].name = "errors";
    metrics[1].name = "score";
    metrics[1].kind = api::MetricKind::HistogramDrift;
    metrics[1].histogram = "model_score";
    if (metrics.size() > 2) {
        metrics[2].name = "latency";
        metrics[2].kind = api::MetricKind::Latency;
        metrics[2].histogram = "rest_server_request_duration_seconds";
    }
    Round round;
    round.selection = std::make_shared<const Selection>(*compileSelection(runtime, metrics));
    CounterBook book;
    int rounds = 0;
    for (auto _ : state) {
        state.PauseTiming();
        const std::vector<std::string> pages = pagesOfRound(++rounds);
        round.at += std::chrono::seconds(10);
        round.pods.clear();
        round.pods.resize(kPods);
        state.ResumeTiming();
        for (size_t i = 0; i < pages.size(); ++i) {
            PodResult& pod = round.pods[i];
            pod.target.podUid = pod.target.podName = cat("pod-", i);
            pod.target.ready = true;
            pod.target.arm = i % 2 == 0 ? Arm::Stable : Arm::Canary;
            pod.startedAt = pod.endedAt = round.at;
            pod.reading = readPage(pages[i], *round.selection, false, mostSeries(kPods));
            if (!pod.reading) state.SkipWithError(pod.reading.error().message.c_str());
        }
        benchmark::DoNotOptimize(book.add(round, {}));
    }
    state.SetItemsProcessed(state.iterations() * kPods);
}
BENCHMARK(RoundOfPods)->ArgName("few")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
