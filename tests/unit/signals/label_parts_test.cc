#include "signals/label_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "book_driver.h"

namespace serin::signals {
namespace {

using api::LabelCount;
using testing::ElementsAre;
using testing::IsEmpty;

// Pods whose bad events are told apart by labels.
class Labels : public testing::Test, public BookDriver {
  protected:
    Labels() {
        judge({{"http_requests_total{status!~\"4..\"}"}, {"http_requests_total{status=~\"5..\"}"}},
              {errors()});
    }

    static api::Metric errors() {
        api::Metric metric;
        metric.name = "errors";
        return metric;
    }
    static api::Metric latency(const std::string& name) {
        api::Metric metric;
        metric.name = name;
        metric.kind = api::MetricKind::Latency;
        metric.histogram = "request_duration_milliseconds";
        metric.unitSeconds = 0.001;
        return metric;
    }
    void judge(const api::ErrorCounters& counters, const std::vector<api::Metric>& metrics) {
        api::Runtime runtime;
        runtime.errors = counters;
        auto compiled = compileSelection(runtime, metrics);
        ASSERT_TRUE(compiled.ok()) << compiled.error().message;
        selection = std::make_shared<const Selection>(*compiled);
    }
    static std::string line(const std::string& labels, int count,
                            const std::string& name = "http_requests_total") {
        return cat(name, "{", labels, "} ", count, "\n");
    }
    // One histogram with buckets up to 100, up to 250, and above.
    static std::string durations(const std::string& labels, int fast, int slower, int slowest) {
        const std::string name = "request_duration_milliseconds";
        return cat(line(labels + ",le=\"100\"", fast, name + "_bucket"),
                   line(labels + ",le=\"250\"", fast + slower, name + "_bucket"),
                   line(labels + ",le=\"+Inf\"", fast + slower + slowest, name + "_bucket"),
                   line(labels, fast + slower + slowest, name + "_count"));
    }
    // What the second of two pages counts beyond the first.
    api::Counts between(const std::string& first, const std::string& second,
                        const std::string& metric = "errors") {
        pod("a", first).round(10 * rounds_++);
        const auto stratum = pod("a", second).round(10 * rounds_++);
        if (!stratum || !stratum->stable[0].counts.contains(metric)) return {};
        return stratum->stable[0].counts.at(metric);
    }

  private:
    int rounds_ = 0;
};

TEST_F(Labels, OfBadEventsAreThoseThatDifferAmongTheSeries) {
    const api::Counts counts = between(line("path=\"/a\",status=\"200\",method=\"POST\"", 100) +
                                           line("path=\"/b\",status=\"200\",method=\"POST\"", 100) +
                                           line("path=\"/b\",status=\"500\",method=\"POST\"", 3),
                                       line("path=\"/a\",status=\"200\",method=\"POST\"", 150) +
                                           line("path=\"/b\",status=\"200\",method=\"POST\"", 150) +
                                           line("path=\"/b\",status=\"500\",method=\"POST\"", 5) +
                                           line("path=\"/b\",status=\"503\",method=\"POST\"", 7));
    EXPECT_EQ(counts.bad, 9u);
    EXPECT_THAT(counts.labels, ElementsAre(LabelCount{"path", "/b", 9}, LabelCount{"status", "500", 2},
                                           LabelCount{"status", "503", 7}));
    EXPECT_EQ(counts.badAbove, std::nullopt);
}

TEST_F(Labels, CostNothingWhereAllSeriesAreAlike) {
    judge({{"requests_total"}, {"failures_total"}}, {errors()});
    const std::string labels = "model=\"fraud\"";
    const std::string page = line(labels, 50, "requests_total") + line(labels, 5, "failures_total");
    const auto reading = readPage(page, *selection, false);
    ASSERT_TRUE(reading.ok());
    EXPECT_THAT(reading->sources[0].labels.columns, IsEmpty());
    EXPECT_THAT(reading->sources[0].labels.rows, IsEmpty());
    EXPECT_THAT(between(page, line(labels, 90, "requests_total") + line(labels, 9, "failures_total")).labels,
                IsEmpty());
}

TEST_F(Labels, ThatTheSelectorFixesOrThatNamePodsTellNothing) {
    judge({{"http_requests_total"}, {"http_requests_total{status=\"500\"}"}}, {errors()});
    const auto series = [](const char* status, const char* instance) {
        return cat("status=\"", status, "\",instance=\"", instance, "\",pod=\"", instance, "\"");
    };
    EXPECT_THAT(between(line(series("200", "x"), 9) + line(series("500", "y"), 1),
                        line(series("200", "x"), 9) + line(series("500", "y"), 5))
                    .labels,
                IsEmpty());
}

TEST_F(Labels, ThatTheSelectorsNameComeBeforeTheOthers) {
    std::string first = line("status=\"200\"", 9), second = line("status=\"200\"", 19);
    const std::string labels = "a=\"1\",b=\"1\",c=\"1\",d=\"1\",status=\"502\"";
    const api::Counts counts = between(first, second + line(labels, 4));
    EXPECT_THAT(counts.labels, ElementsAre(LabelCount{"a", "1", 4}, LabelCount{"b", "1", 4},
                                           LabelCount{"status", "502", 4}));
}

TEST_F(Labels, OfThousandsOfValuesAreBoundedAndTheLargestIsKept) {
    std::string before = line("status=\"200\"", 9), now = line("status=\"200\"", 99);
    for (int i = 0; i < 2000; ++i) {
        const std::string labels = cat("status=\"500\",user=\"", i, "\"");
        before += line(labels, 1);
        now += line(labels, i == 40 ? 30 : 2);
    }
    const auto reading = readPage(now, *selection, false);
    ASSERT_TRUE(reading.ok());
    for (const SeriesLabels::Column& column : reading->sources[0].labels.columns)
        EXPECT_LE(column.values.size(), LabelCollector::kMostKnown);
    const api::Counts counts = between(before, now);
    EXPECT_LE(counts.labels.size(), api::kMostLabels * api::kMostLabelValues);
    EXPECT_THAT(counts.labels, testing::Contains(LabelCount{"user", "40", 29}));
    EXPECT_THAT(counts.labels, testing::Contains(LabelCount{"status", "500", 2028}));
}

TEST_F(Labels, AreReadInAnyOrderOfTheSeries) {
    const std::string a = line("path=\"/a\",status=\"500\"", 4), b = line("status=\"503\",path=\"/b\"", 6);
    const std::string good = line("status=\"200\",path=\"/a\"", 9);
    const api::Counts one = between(good, good + a + b);
    book = CounterBook();
    EXPECT_EQ(between(good, b + good + a).labels, one.labels);
    EXPECT_EQ(one.labels.size(), 4u);
}

TEST_F(Labels, OfASeriesThatFellCountWhatTheSeriesCounts) {
    const std::string good = line("status=\"200\"", 9);
    const api::Counts counts = between(good + line("status=\"500\"", 40), good + line("status=\"500\"", 3));
    EXPECT_EQ(counts.bad, 3u);
    EXPECT_THAT(counts.labels, ElementsAre(LabelCount{"status", "500", 3}));
}

TEST_F(Labels, OfAllLessTheGoodOnesAreThoseThatBothHave) {
    api::Metric share;
    share.name = "share";
    share.kind = api::MetricKind::Share;
    share.share = {"offers_total", "", "offers_total{taken=\"yes\"}"};
    judge({}, {share});
    const auto offers = [&](const char* labels, int count) { return line(labels, count, "offers_total"); };
    const std::string before =
        offers("region=\"eu\",taken=\"yes\"", 10) + offers("region=\"eu\",taken=\"no\"", 0) +
        offers("region=\"us\",taken=\"yes\"", 10) + offers("region=\"us\",taken=\"no\"", 0);
    const std::string now =
        offers("region=\"eu\",taken=\"yes\"", 30) + offers("region=\"eu\",taken=\"no\"", 1) +
        offers("region=\"us\",taken=\"yes\"", 20) + offers("region=\"us\",taken=\"no\"", 8);
    const api::Counts counts = between(before, now, "share");
    EXPECT_EQ(counts.bad, 9u);
    EXPECT_THAT(counts.labels, ElementsAre(LabelCount{"region", "eu", 1}, LabelCount{"region", "us", 8},
                                           LabelCount{"taken", "no", 9}));
}

TEST_F(Labels, OfALatencyAreOfTheRequestsAboveTheEdgeThatWasAskedFor) {
    judge({}, {latency("latency"), latency("slow")});
    const std::string before = durations("path=\"/a\"", 10, 2, 0) + durations("path=\"/b\"", 10, 1, 1);
    const std::string now = durations("path=\"/a\"", 20, 3, 0) + durations("path=\"/b\"", 20, 5, 4);
    EXPECT_THAT(between(before, now, "latency").labels, IsEmpty()) << "nobody asked";
    book = CounterBook();
    context.slowerThan = {{"latency", 100 * 0.001}, {"slow", 250 * 0.001}};
    const api::Counts counts = between(before, now, "latency");
    EXPECT_EQ(counts.badAbove, 100);
    EXPECT_THAT(counts.labels, ElementsAre(LabelCount{"path", "/a", 1}, LabelCount{"path", "/b", 7}));
    book = CounterBook();
    const api::Counts slow = between(before, now, "slow");
    EXPECT_EQ(slow.badAbove, 250);
    EXPECT_THAT(slow.labels, ElementsAre(LabelCount{"path", "/b", 3}));
    book = CounterBook();
    context.slowerThan = {{"latency", 0.3}};
    EXPECT_EQ(between(before, now, "latency").badAbove, std::nullopt) << "the histogram has no such edge";
}

TEST_F(Labels, OfADriftAreNotRead) {
    api::Metric drift = latency("drift");
    drift.kind = api::MetricKind::HistogramDrift;
    judge({}, {drift});
    const auto reading =
        readPage(durations("path=\"/a\"", 1, 1, 1) + durations("path=\"/b\"", 1, 1, 1), *selection, false);
    ASSERT_TRUE(reading.ok());
    EXPECT_THAT(reading->sources[0].labels.rows, IsEmpty());
}

TEST_F(Labels, OfScrapesThatAnotherKeptAreAddedUp) {
    const auto page = [&](int bad, int worse) {
        auto reading = readPage(
            line("status=\"200\"", 100) + line("status=\"500\"", bad) + line("status=\"503\"", worse),
            *selection, false);
        EXPECT_TRUE(reading.ok());
        return *reading;
    };
    Round round;
    round.selection = selection;
    PodResult& result = round.pods.emplace_back();
    result.target.podUid = "a";
    const auto scraped = [&](double second, PodReading reading) {
        reading.at = at(second);
        return reading;
    };
    round.at = at(10);
    result.reading = scraped(9, page(1, 1));
    book.add(round, context);
    round.at = at(40);
    result.earlier = {scraped(19, page(3, 1)), scraped(29, page(1, 2))};
    result.reading = scraped(39, page(2, 4));
    const auto stratum = book.add(round, context);
    ASSERT_TRUE(stratum.has_value());
    // 500: 2, then from 0 again 1 and 1 more; 503: none, 1 and 2 more.
    EXPECT_EQ(stratum->stable[0].counts.at("errors").bad, 7u);
    EXPECT_THAT(stratum->stable[0].counts.at("errors").labels,
                ElementsAre(LabelCount{"status", "500", 4}, LabelCount{"status", "503", 3}));
}

}  // namespace
}  // namespace serin::signals
