#include "signals/selector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signals/selection.h"

namespace serin::signals {
namespace {

bool accepts(std::string_view selector, std::vector<Label> labels) {
    auto parsed = parseSelector(selector);
    EXPECT_TRUE(parsed.ok()) << (parsed ? "" : parsed.error().message);
    return parsed && parsed->accepts(labels);
}

TEST(Selector, ReadsANameAlone) {
    auto selector = parseSelector(" nv:inference_request_success ");
    ASSERT_TRUE(selector.ok());
    EXPECT_EQ(selector->name, "nv:inference_request_success");
    EXPECT_TRUE(selector->matchers.empty());
    EXPECT_TRUE(selector->accepts(std::vector<Label>{{"any", "thing"}}));
}

TEST(Selector, ComparesLabelsAsPrometheusDoes) {
    std::vector<Label> labels{{"code", "500"}, {"path", "/v2/models/fraud/infer"}};
    EXPECT_TRUE(accepts("x{code=\"500\"}", labels));
    EXPECT_FALSE(accepts("x{code=\"50\"}", labels));
    EXPECT_FALSE(accepts("x{code!='500'}", labels));
    EXPECT_TRUE(accepts("x{code=~\"5..\"}", labels));
    EXPECT_TRUE(accepts("x{code=~\"5[0-9]{2}|4..\",path=~\".*/infer\"}", labels));
    EXPECT_FALSE(accepts("x{code!~\"5..\"}", labels));
    EXPECT_TRUE(accepts("x{ code = \"500\" , path !~ \".*/ready\" , }", labels));
}

TEST(Selector, AnchorsRegularExpressionsAtBothEnds) {
    EXPECT_FALSE(accepts("x{code=~\"5\"}", {{"code", "500"}}));
    EXPECT_FALSE(accepts("x{code=~\"00\"}", {{"code", "500"}}));
    EXPECT_TRUE(accepts("x{code=~\"5|500\"}", {{"code", "500"}}));
    EXPECT_TRUE(accepts("x{v=~\"1\\\\.2\"}", {{"v", "1.2"}}));
    EXPECT_FALSE(accepts("x{v=~\"1\\\\.2\"}", {{"v", "1x2"}}));
}

TEST(Selector, TakesAnAbsentLabelForAnEmptyOne) {
    EXPECT_TRUE(accepts("x{code=\"\"}", {}));
    EXPECT_TRUE(accepts("x{code!=\"500\"}", {}));
    EXPECT_TRUE(accepts("x{code!~\"5..\"}", {}));
    EXPECT_TRUE(accepts("x{code=~\".*\"}", {}));
    EXPECT_FALSE(accepts("x{code=~\".+\"}", {}));
    EXPECT_FALSE(accepts("x{code=\"500\"}", {}));
}

TEST(Selector, SaysWhatIsWrongAndWhere) {
    struct Case {
        const char* text;
        const char* message;
    };
    const Case cases[] = {
        {"", "selector \"\", character 1: a metric name must stand here, but the text ends"},
        {"{code=\"1\"}",
         "selector \"{code=\"1\"}\", character 1: a metric name must stand at \"{code=\"1\"}\""},
        {"x{code}", "selector \"x{code}\", character 7: =, !=, =~ or !~ must stand at \"}\""},
        {"x{code=500}", "selector \"x{code=500}\", character 8: a quoted value must stand at \"500}\""},
        {"x{code=\"500}", "selector \"x{code=\"500}\", character 8: this quote is never closed"},
        {"x{code=\"1\"",
         "selector \"x{code=\"1\"\", character 11: \",\" or \"}\" must stand here, but the text ends"},
        {"x{a=\"1\" b=\"2\"}",
         "selector \"x{a=\"1\" b=\"2\"}\", character 9: \",\" or \"}\" must stand at \"b=\"2\"}\""},
        {"x{} > 5",
         "selector \"x{} > 5\", character 5: nothing may follow the selector, but there is at \"> 5\""},
        {"x{=\"1\"}", "selector \"x{=\"1\"}\", character 3: a label name must stand at \"=\"1\"}\""},
    };
    for (const Case& c : cases) {
        auto selector = parseSelector(c.text);
        ASSERT_FALSE(selector.ok()) << c.text;
        EXPECT_EQ(selector.error().message, c.message);
    }
    auto broken = parseSelector("x{code=~\"5(\"}");
    ASSERT_FALSE(broken.ok());
    EXPECT_THAT(broken.error().message,
                testing::HasSubstr("character 3: \"5(\" is not a regular expression"));
    auto escape = parseSelector("x{code=~\"5\\.\"}");
    ASSERT_FALSE(escape.ok());
    EXPECT_THAT(escape.error().message, testing::HasSubstr("write \\\\. for \\."));
}

TEST(Selector, RefusesPatternsThatWouldGrowLarge) {
    auto selector = parseSelector("x{code=~\"((a{50}){50}){50}\"}");
    ASSERT_FALSE(selector.ok());
    EXPECT_THAT(selector.error().message, testing::HasSubstr("too large"));
    EXPECT_FALSE(parseSelector("x{code=~\"a{99999999999999999999}\"}").ok());
}

// A backtracking matcher would need 2^60 steps.
TEST(Selector, MatchesInLinearTime) {
    std::string value(60, 'a');
    value += '!';
    EXPECT_FALSE(accepts("x{a=~\"(a+)+\"}", {{"a", value}}));
    EXPECT_FALSE(accepts("x{a=~\"(a|a)*b\"}", {{"a", std::string(500, 'a')}}));
}

TEST(Selector, WritesItselfAsItIsRead) {
    auto selector = parseSelector("x { a = 'q\\'\\\"\\n\\\\' , b!~\"5..\" }");
    ASSERT_TRUE(selector.ok());
    EXPECT_EQ(selector->text(), "x{a=\"q'\\\"\\n\\\\\",b!~\"5..\"}");
    auto again = parseSelector(selector->text());
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->text(), selector->text());
}

api::Metric errorMetric(std::string name) {
    api::Metric metric;
    metric.name = std::move(name);
    return metric;
}

api::Metric driftMetric(std::string name, std::string histogram) {
    api::Metric metric;
    metric.name = std::move(name);
    metric.kind = api::MetricKind::HistogramDrift;
    metric.histogram = std::move(histogram);
    return metric;
}

TEST(Selection, SharesASourceBetweenMetricsThatAskForTheSame) {
    api::Runtime runtime;
    runtime.errors = {{"ok_total", "bad_total"}, {"bad_total"}};
    auto selection = compileSelection(
        runtime, {errorMetric("errors"), errorMetric("limit"), driftMetric("score", "model_score"),
                  driftMetric("other", "model_score{class=\"a\"}"), driftMetric("same", "model_score{}")});
    ASSERT_TRUE(selection.ok());
    EXPECT_EQ(selection->sources.size(), 3U);
    ASSERT_EQ(selection->metrics.size(), 5U);
    EXPECT_EQ(selection->metrics[1].source, 0U);
    EXPECT_EQ(selection->metrics[3].source, 2U);
    EXPECT_EQ(selection->metrics[4].source, 1U);
    EXPECT_EQ(selection->metrics[4].name, "same");
}

TEST(Selection, ALatencyReadsAHistogramAndSharesItWithADrift) {
    api::Runtime runtime;
    runtime.latency = "took{path=\"/infer\"}";
    api::Metric latency;
    latency.name = "latency";
    latency.kind = api::MetricKind::Latency;
    latency.histogram = runtime.latency;
    auto selection = compileSelection(runtime, {latency, driftMetric("shape", runtime.latency)});
    ASSERT_TRUE(selection.ok()) << selection.error().message;
    ASSERT_EQ(selection->sources.size(), 1U);
    EXPECT_EQ(selection->sources[0].kind, SourceKind::Histogram);
    EXPECT_EQ(selection->sources[0].histogram.text(), "took{path=\"/infer\"}");
    latency.histogram = "took_bucket";
    selection = compileSelection(runtime, {latency});
    ASSERT_FALSE(selection.ok());
    EXPECT_EQ(selection.error().message,
              "spec.analysis.metrics[0].latency.histogram: name the histogram without _bucket (took)");
    latency.histogram = runtime.latency = "took{le=\"1\"}";
    selection = compileSelection(runtime, {latency});
    ASSERT_FALSE(selection.ok());
    EXPECT_EQ(selection.error().message,
              "spec.runtime.latency: all buckets are read; leave out the label le");
}

TEST(Selection, AShareCountsItsBadEventsOrTheOnesThatAreNotGood) {
    api::Metric bad;
    bad.name = "nan";
    bad.kind = api::MetricKind::Share;
    bad.share = {"predictions_total", "predictions_total{class=\"NaN\"}", ""};
    api::Metric good = bad;
    good.name = "unordered";
    good.share = {"offers_total", "", "orders_total"};
    auto selection = compileSelection({}, {bad, good});
    ASSERT_TRUE(selection.ok()) << selection.error().message;
    ASSERT_EQ(selection->sources.size(), 2U);
    EXPECT_EQ(selection->sources[0].kind, SourceKind::Requests);
    EXPECT_EQ(selection->sources[1].kind, SourceKind::Complement);
    EXPECT_EQ(selection->sources[1].bad[0].text(), "orders_total");
    good.share.good = "orders{";
    selection = compileSelection({}, {bad, good});
    ASSERT_FALSE(selection.ok());
    EXPECT_THAT(selection.error().message, testing::StartsWith("spec.analysis.metrics[1].share.good: "));
}

TEST(Selection, ClassesOfACounterAreASourceOfTheirOwn) {
    api::Metric classes = driftMetric("class", "predictions_total{model=\"m\"}");
    classes.byLabel = "class";
    api::Metric other = classes;
    other.byLabel = "region";
    auto selection = compileSelection({}, {classes, other});
    ASSERT_TRUE(selection.ok()) << selection.error().message;
    ASSERT_EQ(selection->sources.size(), 2U);
    EXPECT_EQ(selection->sources[0].kind, SourceKind::Classes);
    EXPECT_EQ(selection->sources[0].label, "class");
    classes.histogram = "predictions{";
    selection = compileSelection({}, {classes});
    ASSERT_FALSE(selection.ok());
    EXPECT_THAT(selection.error().message, testing::StartsWith("spec.analysis.metrics[0].drift.counter: "));
}

TEST(Selection, NamesTheFieldThatIsWrong) {
    api::Runtime runtime;
    runtime.errors = {{"ok_total"}, {"bad_total", "bad{"}};
    auto selection = compileSelection(runtime, {errorMetric("errors")});
    ASSERT_FALSE(selection.ok());
    EXPECT_THAT(selection.error().message,
                testing::StartsWith("spec.runtime.errors.bad[1]: selector \"bad{\""));
    runtime.errors = {{}, {"bad_total"}};
    selection = compileSelection(runtime, {errorMetric("errors")});
    ASSERT_FALSE(selection.ok());
    EXPECT_THAT(selection.error().message, testing::HasSubstr("spec.runtime.errors.total names no series"));
    runtime.errors = {{"a"}, {"b"}};
    selection =
        compileSelection(runtime, {errorMetric("errors"), driftMetric("score", "model_score_bucket")});
    ASSERT_FALSE(selection.ok());
    EXPECT_EQ(selection.error().message,
              "spec.analysis.metrics[1].drift.histogram: name the histogram without _bucket (model_score)");
    selection = compileSelection(runtime, {driftMetric("score", "model_score{le=\"1\"}")});
    ASSERT_FALSE(selection.ok());
    EXPECT_THAT(selection.error().message, testing::HasSubstr("leave out the label le"));
}

}  // namespace
}  // namespace serin::signals
