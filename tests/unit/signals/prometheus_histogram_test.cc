#include "signals/prometheus_histogram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/text.h"
#include "prometheus_world.h"
#include "signals/number.h"
#include "signals/prometheus_answer.h"

namespace serin::signals {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Bucket = PrometheusHistogram::Bucket;

std::string why(const std::vector<Bucket>& buckets) {
    const auto histogram = nativeOf({0, buckets});
    return histogram ? "read" : histogram.error().message;
}

TEST(PrometheusHistogram, IsKnownByItsEdgesInEverySchemaAndSign) {
    for (int schema = lowestSchema; schema <= highestSchema; ++schema) {
        const auto edge = [&](double index) {
            // As a text of decimals brings it.
            return *parseNumber(numberText(std::exp2(index * std::exp2(-schema))));
        };
        for (const int index : {-30, -1, 0, 1, 2, 40}) {
            const auto read =
                nativeOf({9, {{-edge(index), -edge(index - 1), 2}, {edge(index - 1), edge(index), 7}}});
            ASSERT_TRUE(read.ok()) << schema << " " << index << ": " << read.error().message;
            EXPECT_EQ(read->schema, schema);
            EXPECT_EQ(read->positive.at(0).index, index);
            EXPECT_EQ(read->positive.at(0).count, 7);
            EXPECT_EQ(read->negative.at(0).index, index);
            EXPECT_EQ(read->negative.at(0).count, 2);
        }
    }
}

TEST(PrometheusHistogram, HasAZeroBucketAndOnesThatReachTheLargestNumbers) {
    const double largest = std::numeric_limits<double>::max();
    const auto read =
        nativeOf({12, {{-0.25, 0.25, 3}, {1, 2, 4}, {0x1p1023, largest, 2}, {largest, kInfinity, 1}}});
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(read->schema, 0);
    EXPECT_EQ(read->zeroThreshold, 0.25);
    EXPECT_EQ(read->zeroCount, 3);
    EXPECT_EQ(read->all(), 10);
    EXPECT_EQ(countsAt(*read, latencyGrid(1)).back().upTo, 7);
}

TEST(PrometheusHistogram, OfCustomBucketsIsRefusedWithTheWayOut) {
    EXPECT_EQ(why({{0.1, 0.25, 3}}),
              "a bucket from 0.1 to 0.25 is of no exponential histogram; custom buckets are not read from "
              "Prometheus, let it keep the classic ones (always_scrape_classic_histograms)");
    for (const auto& buckets : std::vector<std::vector<Bucket>>{{{-kInfinity, 0.005, 1}},
                                                                {{10, kInfinity, 1}},
                                                                {{0, 1, 1}},
                                                                {{1, 2, 1}, {2, 3, 1}},
                                                                {{1, 2, 1}, {2, 8, 1}},
                                                                {{1, 2, -1}},
                                                                {{1, 2, kInfinity}},
                                                                {{2, 1, 1}},
                                                                {{1, 1, 1}},
                                                                {{std::nan(""), 1, 1}}}) {
        EXPECT_NE(why(buckets).find("is of no exponential histogram"), std::string::npos)
            << buckets.back().lower << " " << buckets.back().upper;
    }
}

TEST(PrometheusHistogram, StandsInTheAnswerBesideOtherSamples) {
    const auto series = decodePrometheus(
        200,
        R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"took"},
            "values":[[1,"2"]],"histograms":[[1764000000.5,{"count":"7","sum":"1.5","buckets":[[3,"-0.1","0.1","2"],
            [0,"0.5","1","5"]]}],[1764000015,{"count":"0","sum":"0"}]]}]}})");
    ASSERT_TRUE(series.ok()) << series.error().message;
    ASSERT_EQ(series->at(0).samples.size(), 1u);
    ASSERT_EQ(series->at(0).histograms.size(), 2u);
    const PrometheusHistogramSample& first = series->at(0).histograms[0];
    EXPECT_EQ(first.at, Timestamp(std::chrono::milliseconds(1'764'000'000'500)));
    EXPECT_EQ(first.histogram.count, 7);
    ASSERT_EQ(first.histogram.buckets.size(), 2u);
    EXPECT_EQ(first.histogram.buckets[1].lower, 0.5);
    EXPECT_EQ(first.histogram.buckets[1].upper, 1);
    EXPECT_EQ(first.histogram.buckets[1].count, 5);
    EXPECT_TRUE(series->at(0).histograms[1].histogram.buckets.empty());
}

TEST(PrometheusHistogram, IsRefusedInAnAnswerWhereItIsNone) {
    const auto refusal = [](const std::string& histograms, const PrometheusLimits& limits = {}) {
        const auto series = decodePrometheus(
            200,
            cat(R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"histograms":[)",
                histograms, "]}]}}"),
            limits);
        return series ? "read" : series.error().message;
    };
    const std::string about = "its answer cannot be read: ";
    EXPECT_EQ(refusal(R"([1,{"sum":"2"}])"), about + "a sample is not a time and a histogram");
    EXPECT_EQ(refusal(R"([{"count":"2"}])"), about + "a sample is not a time and a histogram");
    EXPECT_EQ(refusal(R"([1,{"count":"x"}])"),
              about + "a histogram's count has the value \"x\", which is no number");
    EXPECT_EQ(refusal(R"([1,{"count":"2","buckets":[[0,"1","2"]]}])"),
              about + "a bucket is not two edges and a count");
    EXPECT_EQ(refusal(R"([1,{"count":"2","buckets":[[0,"1","2","y"]]}])"),
              about + "a bucket has the value \"y\", which is no number");
    EXPECT_EQ(refusal(R"([1,{"count":"2","buckets":[[0,"1","2","1"],[0,"2","4","1"]]}])", {.samples = 2}),
              about + "it has more than 2 samples");
}

class NativeWorld : public PrometheusWorld {
  public:
    NativeWorld() {
        std::vector<api::Metric> metrics(1);
        metrics[0].name = "latency";
        metrics[0].kind = api::MetricKind::Latency;
        metrics[0].histogram = "took_seconds";
        round.selection = std::make_shared<const Selection>(*compileSelection({}, metrics));
    }
    void took(const std::string& pod, const std::vector<std::pair<double, PrometheusHistogram>>& samples) {
        has("took_seconds", target(pod), {});
        for (const auto& [second, histogram] : samples)
            series.back().histograms.push_back({at(second), histogram});
    }
    static std::map<double, double> bucketsOf(const PodReading& reading) {
        std::map<double, double> out;
        for (const SeriesNumber& number : reading.sources.at(0).series) {
            if (number.slot == Slot::Bucket) out[number.edge] = number.value;
        }
        return out;
    }
};

TEST(PrometheusHistogram, IsReadAtTheEdgesThatAPageWouldBeReadAt) {
    NativeWorld world;
    world.asks("a").up("a", {85, 95});
    world.took("a", {{85, {3, {{0.5, 1, 3}}}}, {95, {9, {{0.5, 1, 5}, {1, 2, 4}}}}});
    const std::vector<PodResult>& pods = world.read();
    ASSERT_TRUE(pods[0].reading.ok()) << world.why();
    auto buckets = NativeWorld::bucketsOf(*pods[0].reading);
    EXPECT_EQ(buckets.size(), 18u + 1u);  // in schema 0
    EXPECT_EQ(buckets.at(0.5), 0);
    EXPECT_EQ(buckets.at(1), 5);
    EXPECT_EQ(buckets.at(2), 9);
    EXPECT_EQ(buckets.at(kInfinity), 9);
    ASSERT_EQ(pods[0].earlier.size(), 1u);
    EXPECT_EQ(NativeWorld::bucketsOf(pods[0].earlier[0]).at(1), 3);
}

TEST(PrometheusHistogram, IsLeftAloneWhereItsClassicBucketsAreThereToo) {
    NativeWorld world;
    auto labels = PrometheusWorld::target("a");
    world.asks("a").up("a", {95});
    world.took("a", {{95, {9, {{0.5, 1, 9}}}}});
    for (const auto& [edge, count] : {std::pair{"0.3", 4}, std::pair{"+Inf", 9}}) {
        labels["le"] = edge;
        world.has("took_seconds_bucket", labels, {{95, count}});
    }
    ASSERT_TRUE(world.read()[0].reading.ok()) << world.why();
    EXPECT_EQ(NativeWorld::bucketsOf(*world.read()[0].reading),
              (std::map<double, double>{{0.3, 4}, {kInfinity, 9}}));
}

// As convert_classic_histograms_to_nhcb makes them, with always_scrape_classic_histograms.
TEST(PrometheusHistogram, OfCustomBucketsIsLeftAloneWhereItsClassicBucketsAreThereToo) {
    NativeWorld world;
    auto labels = PrometheusWorld::target("a");
    world.asks("a").up("a", {95});
    world.took("a", {{95, {9, {{0.1, 0.25, 9}}}}});
    for (const auto& [edge, count] : {std::pair{"0.25", 9}, std::pair{"+Inf", 9}}) {
        labels["le"] = edge;
        world.has("took_seconds_bucket", labels, {{95, count}});
    }
    ASSERT_TRUE(world.read()[0].reading.ok()) << world.why();
    EXPECT_EQ(NativeWorld::bucketsOf(*world.read()[0].reading),
              (std::map<double, double>{{0.25, 9}, {kInfinity, 9}}));
}

TEST(PrometheusHistogram, OfCustomBucketsFailsThePodWhereOnlyAnotherChildHasClassicOnes) {
    NativeWorld world;
    auto labels = PrometheusWorld::target("a");
    world.asks("a").up("a", {95});
    world.took("a", {{95, {9, {{0.1, 0.25, 9}}}}});
    labels["path"] = "/infer";
    labels["le"] = "0.25";
    world.has("took_seconds_bucket", labels, {{95, 9}});
    (void)world.read();
    EXPECT_TRUE(world.why().starts_with("pod a: the native histogram took_seconds: ")) << world.why();
}

TEST(PrometheusHistogram, ThatIsNotJudgedAndCannotBeReadDoesNotMatter) {
    NativeWorld world;
    std::vector<api::Metric> metrics(1);
    metrics[0].name = "latency";
    metrics[0].kind = api::MetricKind::Latency;
    metrics[0].histogram = "took_seconds{path=\"/infer\"}";
    world.round.selection = std::make_shared<const Selection>(*compileSelection({}, metrics));
    world.asks("a").up("a", {95});
    world.took("a", {{95, {9, {{0.1, 0.25, 9}}}}});
    (void)world.read();
    EXPECT_EQ(world.why().find("native histogram"), std::string::npos) << world.why();
}

TEST(PrometheusHistogram, ThatCannotBeReadFailsThePodByName) {
    NativeWorld world;
    world.asks("a").up("a", {95});
    world.took("a", {{95, {9, {{0.1, 0.25, 9}}}}});
    (void)world.read();
    EXPECT_TRUE(world.why().starts_with(
        "pod a: the native histogram took_seconds: a bucket from 0.1 to 0.25 is of no "))
        << world.why();
}

}  // namespace
}  // namespace serin::signals
