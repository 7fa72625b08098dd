#include "signals/pod_reading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "api/presets.h"
#include "base/text.h"

namespace serin::signals {
namespace {

// As MLServer 1.7 writes it: prometheus_client's text format, creation times as gauges of their own.
constexpr const char* mlserverPage = R"(# HELP python_gc_objects_collected_total Objects collected during gc
# TYPE python_gc_objects_collected_total counter
python_gc_objects_collected_total{generation="0"} 1530.0
# HELP process_virtual_memory_bytes Virtual memory size in bytes.
# TYPE process_virtual_memory_bytes gauge
process_virtual_memory_bytes 1.586122752e+09
# HELP process_start_time_seconds Start time of the process since unix epoch in seconds.
# TYPE process_start_time_seconds gauge
process_start_time_seconds 1.76393550123e+09
# HELP model_infer_request_success Model infer request success count
# TYPE model_infer_request_success_total counter
model_infer_request_success_total{model="fraud",version="v3"} 91.0
# HELP model_infer_request_success_created Model infer request success count
# TYPE model_infer_request_success_created gauge
model_infer_request_success_created{model="fraud",version="v3"} 1.7639355051e+09
# HELP model_infer_request_failure Model infer request failure count
# TYPE model_infer_request_failure_total counter
model_infer_request_failure_total{model="fraud",version="v3"} 9.0
# HELP model_infer_request_duration Model infer request duration
# TYPE model_infer_request_duration summary
model_infer_request_duration_count{model="fraud",version="v3"} 91.0
model_infer_request_duration_sum{model="fraud",version="v3"} 0.41
# HELP rest_server_requests_total Total HTTP requests
# TYPE rest_server_requests_total counter
rest_server_requests_total{app_name="mlserver",method="POST",path="/v2/models/{model_name}/infer",status_code="200"} 91.0
rest_server_requests_total{app_name="mlserver",method="POST",path="/v2/models/{model_name}/infer",status_code="500"} 9.0
rest_server_requests_total{app_name="mlserver",method="POST",path="/v2/models/{model_name}/infer",status_code="422"} 4.0
rest_server_requests_total{app_name="mlserver",method="GET",path="/v2/models/{model_name}/ready",status_code="200"} 700.0
# TYPE rest_server_requests_created gauge
rest_server_requests_created{app_name="mlserver",method="POST",path="/v2/models/{model_name}/infer",status_code="200"} 1.763935506e+09
rest_server_requests_created{app_name="mlserver",method="POST",path="/v2/models/{model_name}/infer",status_code="500"} 1.763935507e+09
# HELP rest_server_request_duration_seconds HTTP request duration, in seconds
# TYPE rest_server_request_duration_seconds histogram
rest_server_request_duration_seconds_bucket{app_name="mlserver",le="0.005",method="POST",path="/v2/models/{model_name}/infer",status_code="200"} 60.0
rest_server_request_duration_seconds_bucket{app_name="mlserver",le="0.01",method="POST",path="/v2/models/{model_name}/infer",status_code="200"} 85.0
rest_server_request_duration_seconds_bucket{app_name="mlserver",le="+Inf",method="POST",path="/v2/models/{model_name}/infer",status_code="200"} 91.0
rest_server_request_duration_seconds_count{app_name="mlserver",method="POST",path="/v2/models/{model_name}/infer",status_code="200"} 91.0
rest_server_request_duration_seconds_sum{app_name="mlserver",method="POST",path="/v2/models/{model_name}/infer",status_code="200"} 0.6
rest_server_request_duration_seconds_bucket{app_name="mlserver",le="0.005",method="POST",path="/v2/models/{model_name}/infer",status_code="500"} 4.0
rest_server_request_duration_seconds_bucket{app_name="mlserver",le="0.01",method="POST",path="/v2/models/{model_name}/infer",status_code="500"} 4.0
rest_server_request_duration_seconds_bucket{app_name="mlserver",le="+Inf",method="POST",path="/v2/models/{model_name}/infer",status_code="500"} 9.0
rest_server_request_duration_seconds_count{app_name="mlserver",method="POST",path="/v2/models/{model_name}/infer",status_code="500"} 9.0
rest_server_request_duration_seconds_bucket{app_name="mlserver",le="0.005",method="POST",path="/v2/models/{model_name}/infer",status_code="422"} 4.0
rest_server_request_duration_seconds_bucket{app_name="mlserver",le="+Inf",method="POST",path="/v2/models/{model_name}/infer",status_code="422"} 4.0
rest_server_request_duration_seconds_bucket{app_name="mlserver",le="0.005",method="GET",path="/v2/models/{model_name}/ready",status_code="200"} 700.0
rest_server_request_duration_seconds_bucket{app_name="mlserver",le="+Inf",method="GET",path="/v2/models/{model_name}/ready",status_code="200"} 700.0
# HELP model_score P(malignant)
# TYPE model_score histogram
model_score_bucket{le="0.1"} 40.0
model_score_bucket{le="0.5"} 55.0
model_score_bucket{le="1.0"} 88.0
model_score_bucket{le="+Inf"} 88.0
model_score_count 91.0
model_score_sum 30.5
# TYPE model_score_created gauge
model_score_created 1.7639355052e+09
)";

Selection selectionOf(std::vector<std::string> total, std::vector<std::string> bad,
                      std::string histogram = {}) {
    api::Runtime runtime;
    runtime.errors = {std::move(total), std::move(bad)};
    std::vector<api::Metric> metrics(1);
    metrics[0].name = "errors";
    if (!histogram.empty()) {
        metrics.emplace_back();
        metrics[1].name = "score";
        metrics[1].kind = api::MetricKind::HistogramDrift;
        metrics[1].histogram = std::move(histogram);
    }
    auto selection = compileSelection(runtime, metrics);
    EXPECT_TRUE(selection.ok());
    return *selection;
}

// Sums by slot; buckets by edge.
std::map<Slot, double> sums(const SourceReading& source) {
    std::map<Slot, double> result;
    for (const SeriesNumber& number : source.series) result[number.slot] += number.value;
    return result;
}

std::map<double, double> buckets(const SourceReading& source) {
    std::map<double, double> result;
    for (const SeriesNumber& number : source.series) {
        if (number.slot == Slot::Bucket) result[number.edge] += number.value;
    }
    return result;
}

TEST(PodReading, ReducesMlserversPageToTheJudgedSeries) {
    auto selection =
        selectionOf({R"(rest_server_requests_total{path=~".*/infer",status_code!~"4.."})"},
                    {R"(rest_server_requests_total{path=~".*/infer",status_code=~"5.."})"}, "model_score");
    auto reading = readPage(mlserverPage, selection, false);
    ASSERT_TRUE(reading.ok()) << reading.error().message;
    EXPECT_EQ(reading->processStart, 1763935501.23);
    ASSERT_EQ(reading->sources.size(), 2U);
    EXPECT_EQ(sums(reading->sources[0]), (std::map<Slot, double>{{Slot::Total, 100}, {Slot::Bad, 9}}));
    EXPECT_EQ(buckets(reading->sources[1]),
              (std::map<double, double>{
                  {0.1, 40}, {0.5, 55}, {1, 88}, {std::numeric_limits<double>::infinity(), 88}}));
    EXPECT_EQ(sums(reading->sources[1])[Slot::Count], 91);
    for (const SeriesNumber& number : reading->sources[1].series) EXPECT_EQ(number.created, 1763935505.2);
    std::vector<double> created;
    for (const SeriesNumber& number : reading->sources[0].series) created.push_back(number.created);
    std::sort(created.begin(), created.end());
    EXPECT_EQ(created, (std::vector<double>{1763935506, 1763935507, 1763935507}));
}

TEST(PodReading, TimesTheRequestsThatThePresetJudges) {
    const api::Runtime runtime = *api::presetRuntime("mlserver", "fraud");
    api::Metric latency;
    latency.name = "latency";
    latency.kind = api::MetricKind::Latency;
    latency.histogram = runtime.latency;
    auto selection = compileSelection(runtime, {latency});
    ASSERT_TRUE(selection.ok()) << selection.error().message;
    auto reading = readPage(mlserverPage, *selection, false);
    ASSERT_TRUE(reading.ok()) << reading.error().message;
    // Neither probes nor requests that the client got wrong.
    EXPECT_EQ(
        buckets(reading->sources[0]),
        (std::map<double, double>{{0.005, 64}, {0.01, 89}, {std::numeric_limits<double>::infinity(), 100}}));
    EXPECT_EQ(sums(reading->sources[0])[Slot::Count], 100);
}

TEST(PodReading, SumsTheModelsOwnCounters) {
    auto selection = selectionOf({"model_infer_request_success_total{model=\"fraud\"}",
                                  "model_infer_request_failure_total{model=\"fraud\"}"},
                                 {"model_infer_request_failure_total{model=\"fraud\"}"});
    auto reading = readPage(mlserverPage, selection, false);
    ASSERT_TRUE(reading.ok());
    EXPECT_EQ(sums(reading->sources[0]), (std::map<Slot, double>{{Slot::Total, 100}, {Slot::Bad, 9}}));
}

TEST(PodReading, CountsASeriesOnceHoweverManySelectorsAcceptIt) {
    auto selection = selectionOf({"x", "x{code=~\".*\"}"}, {"x{code=\"500\"}", "x{code=~\"5..\"}"});
    auto reading = readPage("x{code=\"200\"} 7\nx{code=\"500\"} 2\n", selection, false);
    ASSERT_TRUE(reading.ok());
    EXPECT_EQ(sums(reading->sources[0]), (std::map<Slot, double>{{Slot::Total, 9}, {Slot::Bad, 2}}));
}

TEST(PodReading, KnowsASeriesInWhateverOrderItsLabelsStand) {
    auto selection = selectionOf({"x"}, {"y"}, "h");
    auto a = readPage("x{a=\"1\",b=\"2\"} 1\nh_bucket{m=\"1\",le=\"1\"} 1\n", selection, false);
    auto b = readPage("x{b=\"2\",a=\"1\"} 1\nh_bucket{le=\"1.0\",m=\"1\"} 1\n", selection, false);
    auto c = readPage("x{a=\"2\",b=\"1\"} 1\nh_bucket{le=\"1.5\",m=\"1\"} 1\n", selection, false);
    ASSERT_TRUE(a.ok() && b.ok() && c.ok());
    for (size_t i : {0U, 1U}) {
        EXPECT_EQ(a->sources[i].series[0].series, b->sources[i].series[0].series);
        EXPECT_NE(a->sources[i].series[0].series, c->sources[i].series[0].series);
    }
}

TEST(PodReading, TellsAMetricWithoutSeriesFromOneThatIsNotThere) {
    auto selection =
        selectionOf({"model_infer_request_success_total"}, {"model_infer_request_failure_total"}, "score");
    auto reading = readPage("# TYPE model_infer_request_success_total counter\n", selection, false);
    ASSERT_TRUE(reading.ok());
    EXPECT_TRUE(reading->sources[0].exported);
    EXPECT_FALSE(reading->sources[1].exported);
    reading = readPage("# TYPE model_infer_request_success counter\n# TYPE score histogram\n# EOF\n",
                       selection, true);
    ASSERT_TRUE(reading.ok());
    EXPECT_TRUE(reading->sources[0].exported);
    EXPECT_TRUE(reading->sources[1].exported);
}

TEST(PodReading, RefusesAPageWhoseJudgedNumbersCannotBeTrusted) {
    auto selection = selectionOf({"x"}, {"y"}, "h");
    struct Case {
        const char* page;
        const char* message;
    };
    const Case cases[] = {
        {"x{a=\"1\"} 5\nx{a=\"2} 5\n", "line 2: label a: the closing quote is missing"},
        {"x NaN\n", "line 1: x is nan, which is no count"},
        {"x -1\n", "line 1: x is -1, which is no count"},
        {"x +Inf\n", "line 1: x is inf, which is no count"},
        {"h_bucket{le=\"wide\"} 1\n", "line 1: h_bucket has no number in its label le"},
        {"h_bucket 1\n", "line 1: h_bucket has no number in its label le"},
        {"<html>\n", "line 1: no metric name at \"<html>\""},
        {"x 1\nother 2", "the page ends within line 2"},
    };
    for (const Case& c : cases) {
        auto reading = readPage(c.page, selection, false);
        ASSERT_FALSE(reading.ok()) << c.page;
        EXPECT_EQ(reading.error().message, c.message);
    }
    auto cut = readPage("x 1\n", selection, true);
    ASSERT_FALSE(cut.ok());
    EXPECT_THAT(cut.error().message, testing::HasSubstr("# EOF"));
}

TEST(PodReading, DoesNotMindMalformedLinesOfOtherMetrics) {
    auto selection = selectionOf({"x"}, {"y"});
    auto reading = readPage("other{ 5\nx 1\nother five\n", selection, false);
    ASSERT_TRUE(reading.ok()) << reading.error().message;
    EXPECT_EQ(sums(reading->sources[0])[Slot::Total], 1);
}

TEST(PodReading, RefusesTooManySelectedSeries) {
    auto selection = selectionOf({"x"}, {"y"});
    std::string page;
    for (int i = 0; i <= 5000; ++i) page += cat("x{id=\"", i, "\"} 1\n");
    auto reading = readPage(page, selection, false);
    ASSERT_FALSE(reading.ok());
    EXPECT_EQ(reading.error().message, "more than 5000 series are selected");
}

TEST(PodReading, CountsTheSeriesOfAllSourcesTogether) {
    auto selection = selectionOf({"x"}, {"y"});
    EXPECT_TRUE(readPage("x{a=\"1\"} 1\nx{a=\"2\"} 1\ny 1\n", selection, false, 3).ok());
    EXPECT_FALSE(readPage("x{a=\"1\"} 1\nx{a=\"2\"} 1\ny 1\n", selection, false, 2).ok());
}

TEST(PodReading, AllowsFewerSeriesOfEachWhereThereAreManyPods) {
    EXPECT_EQ(mostSeries(0), 5000U);
    EXPECT_EQ(mostSeries(40), 5000U);
    EXPECT_EQ(mostSeries(400), 500U);
    EXPECT_EQ(mostSeries(1'000'000), 50U);
}

TEST(PodReading, CutsTheNameOfAClassAtTheBeginningOfACharacter) {
    std::vector<api::Metric> metrics(1);
    metrics[0].name = "class";
    metrics[0].kind = api::MetricKind::HistogramDrift;
    metrics[0].histogram = "predictions_total";
    metrics[0].byLabel = "class";
    const auto selection = compileSelection({}, metrics);
    ASSERT_TRUE(selection.ok());
    const std::string start(63, 'a');
    const auto reading =
        readPage(cat("predictions_total{class=\"", start, "\u20ac and more\"} 1\n"), *selection, false);
    ASSERT_TRUE(reading.ok()) << reading.error().message;
    ASSERT_EQ(reading->sources.at(0).classes.size(), 1u);
    EXPECT_EQ(reading->sources[0].classes.begin()->second, start);
}

}  // namespace
}  // namespace serin::signals
