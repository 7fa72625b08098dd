#include "signals/prometheus_query.h"

#include <gtest/gtest.h>

#include "api/presets.h"

namespace serin::signals {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Selection selectionOf(const std::string& total, const std::string& bad) {
    api::Runtime runtime;
    runtime.errors = {{total}, {bad}};
    std::vector<api::Metric> metrics(2);
    metrics[0].name = "errors";
    metrics[1].name = "latency";
    metrics[1].kind = api::MetricKind::Latency;
    metrics[1].histogram = "took_seconds{path=\"/infer\"}";
    auto compiled = compileSelection(runtime, metrics);
    EXPECT_TRUE(compiled.ok());
    return *compiled;
}

TEST(PrometheusQuery, AsksForTheRawSamplesOfAllNamesAndPodsAtOnce) {
    EXPECT_EQ(prometheusQuery(selectionOf("requests_total", "requests_total{code=~\"5..\"}"), "ml",
                              {"fraud-a-1", "fraud-b-2"}, seconds(165)),
              "{__name__=~\"up|process_start_time_seconds|requests_created|requests_total|took_seconds|took_"
              "seconds_bucket|"
              "took_seconds_count|took_seconds_created|took_seconds_sum\","
              "namespace=\"ml\",pod=~\"fraud-a-1|fraud-b-2\"}[165000ms]");
}

TEST(PrometheusQuery, TakesNamesByTheLetter) {
    const std::string query = prometheusQuery(selectionOf("job:requests:total", "x"), "a\"b\\c",
                                              {"pod.1", "a|b\"}) or vector(1)#"}, seconds(1));
    EXPECT_NE(query.find("|job:requests:total|"), std::string::npos) << query;
    EXPECT_NE(query.find("namespace=\"a\\\"b\\\\c\""), std::string::npos) << query;
    EXPECT_NE(query.find("pod=~\"pod\\\\.1|a\\\\|b\\\\\\\"\\\\}\\\\)\\\\ or"), std::string::npos) << query;
}

TEST(PrometheusForm, EncodesTheQueryAndTheTimes) {
    EXPECT_EQ(
        prometheusForm("{a=\"b\"}[1ms]", Timestamp(milliseconds(1'764'000'000'007)), milliseconds(4990)),
        "query=%7Ba%3D%22b%22%7D%5B1ms%5D&time=1764000000.007&timeout=4.990");
    EXPECT_EQ(prometheusForm("a +%", Timestamp(milliseconds(1500)), seconds(5)),
              "query=a%20%2B%25&time=1.500&timeout=5.000");
}

}  // namespace
}  // namespace serin::signals
