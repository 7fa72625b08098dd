#include "signals/prometheus_answer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/text.h"

namespace serin::signals {
namespace {

std::string matrix(const std::string& result, const std::string& more = "") {
    return cat(R"({"status":"success","data":{"resultType":"matrix","result":[)", result, "]}", more, "}");
}

std::string refusal(const std::string& body, int status = 200, const PrometheusLimits& limits = {}) {
    const auto series = decodePrometheus(status, body, limits);
    return series ? "accepted" : series.error().message;
}

TEST(PrometheusAnswer, HasSeriesWithLabelsAndSamples) {
    const auto series = decodePrometheus(
        200,
        matrix(
            R"({"metric":{"__name__":"up","pod":"a","job":"x"},"values":[[1764000000.123,"1"],[1764000015,"0"]]},
           {"metric":{},"values":[[1,"NaN"],[2.5,"+Inf"],[3,"1e3"]]})"));
    ASSERT_TRUE(series.ok()) << series.error().message;
    ASSERT_EQ(series->size(), 2u);
    EXPECT_EQ((*series)[0].label("__name__"), "up");
    EXPECT_EQ((*series)[0].label("pod"), "a");
    EXPECT_EQ((*series)[0].label("none"), "");
    ASSERT_EQ((*series)[0].samples.size(), 2u);
    EXPECT_EQ((*series)[0].samples[0].at, Timestamp(std::chrono::milliseconds(1'764'000'000'123)));
    EXPECT_EQ((*series)[0].samples[1].value, 0);
    EXPECT_TRUE(std::isnan((*series)[1].samples[0].value));
    EXPECT_TRUE(std::isinf((*series)[1].samples[1].value));
    EXPECT_EQ((*series)[1].samples[2].value, 1000);
}

TEST(PrometheusAnswer, MayBeEmpty) {
    const auto series = decodePrometheus(200, matrix(""));
    ASSERT_TRUE(series.ok());
    EXPECT_TRUE(series->empty());
}

TEST(PrometheusAnswer, MayHaveMoreThanIsKnown) {
    const auto series = decodePrometheus(
        200,
        matrix(
            R"({"metric":{"__name__":"a"},"values":[[1,"2"]],"histograms":[[1,{"count":"3","buckets":[[0,"1","2","3"]]}]]})",
            R"(,"infos":["by the way"],"stats":{"values":[["x"]]})"));
    ASSERT_TRUE(series.ok()) << series.error().message;
    ASSERT_EQ(series->size(), 1u);
    EXPECT_EQ((*series)[0].samples.size(), 1u);
}

TEST(PrometheusAnswer, ThatRefusesIsToldInPrometheusOwnWords) {
    EXPECT_EQ(refusal(R"({"status":"error","errorType":"bad_data","error":"parse error at char 7"})", 400),
              "HTTP 400, parse error at char 7 (bad_data)");
    EXPECT_EQ(refusal(R"({"status":"error","errorType":"timeout","error":"query timed out\u001b[2J"})", 503),
              "HTTP 503, query timed out?[2J (timeout)");
}

TEST(PrometheusAnswer, OfSomebodyElseIsNotRepeated) {
    EXPECT_EQ(refusal("<html>secret</html>", 502), "HTTP 502");
    EXPECT_EQ(refusal("", 404), "HTTP 404; is its API at that path?");
    EXPECT_EQ(refusal("", 302), "HTTP 302; redirects are not followed, state the address they lead to");
    EXPECT_EQ(refusal("no", 401),
              "HTTP 401; state credentials for this Prometheus in the spec, or renew what their Secret holds")
        << "a query's own Prometheus answers so, too";
    EXPECT_EQ(refusal("<html>secret</html>"),
              "its answer cannot be read: it is not JSON, or its end is missing");
    EXPECT_EQ(refusal(R"({"kind":"Status","message":"secret"})"), "its answer is not one of Prometheus");
    EXPECT_EQ(refusal("[]"), "its answer is not one of Prometheus");
}

TEST(PrometheusAnswer, ThatIsCutOffIsRefused) {
    const std::string whole = matrix(R"({"metric":{"a":"b"},"values":[[1,"2"]]})");
    for (size_t length = 0; length < whole.size(); ++length) {
        EXPECT_NE(refusal(whole.substr(0, length)), "accepted") << length;
    }
}

TEST(PrometheusAnswer, OfAnotherTypeIsRefused) {
    EXPECT_EQ(
        refusal(
            R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"2"]}]}})"),
        "its answer is a \"vector\" instead of a \"matrix\"");
    EXPECT_EQ(refusal(R"({"status":"success"})"), "its answer is a \"\" instead of a \"matrix\"");
}

TEST(PrometheusAnswer, WithAWarningMayLackTheFailuresAndIsRefused) {
    EXPECT_EQ(refusal(matrix("", R"(,"warnings":["remote read: timed out","store 2 is away"])")),
              "its answer may be incomplete: remote read: timed out; store 2 is away");
    EXPECT_EQ(refusal(matrix("", R"(,"warnings":[])")), "accepted");
}

TEST(PrometheusAnswer, WithASampleThatIsNoneIsRefused) {
    EXPECT_EQ(refusal(matrix(R"({"metric":{},"values":[[1,"x"]]})")),
              "its answer cannot be read: a sample has the value \"x\", which is no number");
    for (const char* pair : {"[]", "[1]", R"(["1"])", R"([true,"1"])"}) {
        EXPECT_EQ(refusal(matrix(cat(R"({"metric":{},"values":[)", pair, "]}"))),
                  "its answer cannot be read: a sample is not a time and a number")
            << pair;
    }
    EXPECT_EQ(refusal(matrix(R"({"metric":{},"values":[[1e300,"1"]]})")),
              "its answer cannot be read: a sample has a time that is none");
}

TEST(PrometheusAnswer, IsBounded) {
    const std::string one = R"({"metric":{"a":"b"},"values":[[1,"2"]]})";
    const std::string two = matrix(cat(one, ",", one));
    EXPECT_EQ(refusal(two, 200, {2, 2, 2}), "accepted");
    EXPECT_EQ(refusal(two, 200, {1, 2, 2}), "its answer cannot be read: it has more than 1 series");
    EXPECT_EQ(refusal(two, 200, {2, 1, 2}), "its answer cannot be read: its series have more than 1 labels");
    EXPECT_EQ(refusal(two, 200, {2, 2, 1}), "its answer cannot be read: it has more than 1 samples");
    EXPECT_EQ(refusal(std::string(1'000'000, '[')), "its answer cannot be read: it is nested too deeply");
}

}  // namespace
}  // namespace serin::signals
