#include <gtest/gtest.h>

#include <initializer_list>
#include <limits>
#include <tuple>

#include "prometheus_world.h"
#include "signals/counter_book.h"

namespace serin::signals {
namespace {

using Ends = std::vector<std::pair<double, double>>;

// What a page would have made of the newest scrape.
PodReading pageReading(const std::string& page, const PrometheusWorld& world) {
    auto reading = readPage(page, *world.round.selection, false);
    EXPECT_TRUE(reading.ok());
    return *reading;
}

std::vector<std::pair<uint64_t, double>> numbersOf(const PodReading& reading) {
    std::vector<std::pair<uint64_t, double>> out;
    for (const SeriesNumber& number : reading.sources.at(0).series)
        out.emplace_back(number.series, number.value);
    return out;
}

TEST(PrometheusReading, IsWhatThePageWouldHaveMade) {
    PrometheusWorld world;
    world.asks("a")
        .up("a", {85, 95})
        .requests("a", "200", {{85, 7}, {95, 9}})
        .requests("a", "500", {{95, 2}});
    world.has("process_start_time_seconds", PrometheusWorld::target("a"), {{85, 1e9}, {95, 1e9}});
    const PodResult& pod = world.read().at(0);
    ASSERT_TRUE(pod.reading.ok()) << world.why();
    const PodReading page = pageReading(
        "requests_total{code=\"200\"} 9\nrequests_total{code=\"500\"} 2\nprocess_start_time_seconds 1e9\n",
        world);
    EXPECT_EQ(numbersOf(*pod.reading), numbersOf(page));
    EXPECT_EQ(pod.reading->processStart, page.processStart);
    EXPECT_EQ(pod.reading->at, PrometheusWorld::at(95));
    EXPECT_EQ(pod.startedAt, PrometheusWorld::at(95));
    ASSERT_EQ(pod.earlier.size(), 1u);
    EXPECT_EQ(pod.earlier[0].at, PrometheusWorld::at(85));
    EXPECT_EQ(pod.earlier[0].sources[0].series.size(), 1u);
    EXPECT_EQ(world.round.allowedSpread, std::chrono::seconds(10));
}

TEST(PrometheusReading, TellsTheSameLabelsApartAsThePageWould) {
    PrometheusWorld world;
    world.asks("a").up("a", {95});
    for (const auto& [code, path, count] :
         std::initializer_list<std::tuple<const char*, const char*, double>>{
             {"200", "/a", 90}, {"200", "/b", 80}, {"500", "/b", 7}, {"503", "/a", 1}}) {
        PrometheusWorld::Labels labels = PrometheusWorld::target("a");
        labels["code"] = code;
        labels["path"] = path;
        world.has("requests_total", labels, {{95, count}});
    }
    ASSERT_TRUE(world.read().at(0).reading.ok()) << world.why();
    const SeriesLabels& labels = world.read().at(0).reading->sources.at(0).labels;
    const PodReading page = pageReading(
        "requests_total{code=\"200\",path=\"/a\"} 90\nrequests_total{code=\"200\",path=\"/b\"} 80\n"
        "requests_total{code=\"500\",path=\"/b\"} 7\nrequests_total{code=\"503\",path=\"/a\"} 1\n",
        world);
    const SeriesLabels& ofPage = page.sources.at(0).labels;
    ASSERT_EQ(labels.columns.size(), 2u);
    ASSERT_EQ(labels.rows.size(), 2u);
    for (size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(labels.columns[i].label, ofPage.columns[i].label);
        EXPECT_EQ(labels.columns[i].values, ofPage.columns[i].values);
        EXPECT_EQ(labels.rows[i].key, ofPage.rows[i].key);
        EXPECT_EQ(labels.rows[i].values, ofPage.rows[i].values);
    }
}

TEST(PrometheusReading, IsNeverComparedWithNumbersFromElsewhere) {
    PrometheusWorld world, other;
    other.origin.source.address = "http://another:9090";
    for (PrometheusWorld* one : {&world, &other})
        one->asks("a").up("a", {95}).requests("a", "200", {{95, 9}}).read();
    const uint64_t ofPage = pageReading("requests_total 1\n", world).sources[0].fingerprint;
    const uint64_t ofFirst = world.round.pods[0].reading->sources[0].fingerprint;
    EXPECT_NE(ofFirst, ofPage);
    EXPECT_NE(ofFirst, other.round.pods[0].reading->sources[0].fingerprint);
}

TEST(PrometheusReading, KnowsASeriesAgainWhateverRelabellingAdds) {
    PrometheusWorld before, after;
    before.asks("a").up("a", {95}).requests("a", "200", {{95, 9}});
    auto labels = PrometheusWorld::target("a", "another-job");
    labels["team"] = "risk";
    after.asks("a").has("up", labels, {{95, 1}});
    labels["code"] = "200";
    after.has("requests_total", labels, {{95, 9}});
    EXPECT_EQ(numbersOf(*before.read().at(0).reading), numbersOf(*after.read().at(0).reading));
}

TEST(PrometheusReading, UndoesTheRenamingOfLabelsThatScrapingAlsoAdds) {
    PrometheusWorld world;
    auto labels = PrometheusWorld::target("a");
    world.asks("a").up("a", {95});
    labels["exported_job"] = "batch";
    labels["exported_code"] = "kept";  // the pod has no label code of its own
    world.has("requests_total", labels, {{95, 9}});
    EXPECT_EQ(numbersOf(*world.read().at(0).reading),
              numbersOf(pageReading("requests_total{job=\"batch\",exported_code=\"kept\"} 9\n", world)));
}

TEST(PrometheusReading, CountsAPodThatTwoJobsScrapeOnce) {
    PrometheusWorld world;
    world.asks("a");
    for (const char* job : {"one", "two"}) {
        auto labels = PrometheusWorld::target("a", job);
        world.has("up", labels, {{job[0] == 'o' ? 94.0 : 96.0, 1}});
        labels["code"] = "200";
        world.has("requests_total", labels, {{job[0] == 'o' ? 94.0 : 96.0, 9}});
    }
    const PodReading& reading = *world.read().at(0).reading;
    EXPECT_EQ(reading.sources[0].series.size(), 1u);
    EXPECT_EQ(reading.at, PrometheusWorld::at(94));
}

TEST(PrometheusReading, CountsAPageOnceThatIsScrapedUnderLabelsAmongOthers) {
    PrometheusWorld world;
    auto labels = PrometheusWorld::target("a");
    world.asks("a").up("a", {94}).requests("a", "200", {{94, 9}});
    labels["container_port"] = "extra";
    world.has("up", labels, {{96, 1}});
    labels["code"] = "200";
    world.has("requests_total", labels, {{96, 9}});
    EXPECT_EQ(world.read().at(0).reading->sources[0].series.size(), 1u);
}

TEST(PrometheusReading, PrefersTheTargetAtTheMetricsPortThenOneWithJudgedSeries) {
    PrometheusWorld world;
    world.asks("a").asks("b");
    for (const char* pod : {"a", "b"}) {
        auto sidecar = PrometheusWorld::target(pod, "a-sidecar");
        sidecar["instance"] = "198.18.0.1:15020";
        world.has("up", sidecar, {{95, 1}});
        if (pod[0] == 'a') world.has("requests_total", sidecar, {{95, 1}});
        auto server = PrometheusWorld::target(pod, "server");
        if (pod[0] == 'b') server["instance"] = "renamed";
        world.has("up", server, {{95, 1}});
        world.has("requests_total", server, {{95, 9}});
    }
    for (const PodResult& pod : world.read()) EXPECT_EQ(pod.reading->sources[0].series.at(0).value, 9);
}

TEST(PrometheusReading, FailsForAPodThatPrometheusDoesNotKnow) {
    PrometheusWorld world;
    world.asks("a").asks("b").up("a", {95}).requests("a", "200", {{95, 9}}).read();
    EXPECT_EQ(world.why(0), "read");
    EXPECT_EQ(world.why(1), "pod b: Prometheus has no series of it; does it scrape this pod?");
}

TEST(PrometheusReading, FailsWithTheQueryWhenNoPodIsKnown) {
    PrometheusWorld world;
    world.asks("a").asks("b").read();
    EXPECT_EQ(world.why(0), world.why(1));
    EXPECT_EQ(
        world.why(0),
        "Prometheus at http://prometheus:9090 has no series for {the query}; does it scrape these pods, and "
        "do their series carry the labels namespace and pod?");
}

TEST(PrometheusReading, FailsWhenOfNoPodAnythingIsJudged) {
    PrometheusWorld world;
    world.asks("a").up("a", {95}).has("process_start_time_seconds", PrometheusWorld::target("a"),
                                      {{95, 1e9}});
    world.read();
    EXPECT_EQ(
        world.why(),
        "Prometheus at http://prometheus:9090 scrapes these pods, but has of none of them what is judged "
        "(requests_total, requests_total{code=~\"5..\"}): no request was counted yet, their pages have other "
        "series, or relabelling drops these");
}

TEST(PrometheusReading, FailsWithoutTheSeriesUp) {
    PrometheusWorld world;
    world.asks("a").requests("a", "200", {{95, 9}}).read();
    EXPECT_EQ(world.why(), "pod a: Prometheus has series of it, but not the series up of its scrapes");
}

TEST(PrometheusReading, BearsOneFailedScrapeAndSaysWhenThereAreMore) {
    PrometheusWorld once, often;
    once.asks("a").has("up", PrometheusWorld::target("a"), {{79, 1}, {89, 0}, {99, 0}});
    once.requests("a", "200", {{79, 9}}).read();
    EXPECT_EQ(once.why(), "read");
    often.asks("a").has("up", PrometheusWorld::target("a"), {{69, 1}, {79, 0}, {89, 0}, {99, 0}});
    often.requests("a", "200", {{69, 9}}).read();
    EXPECT_EQ(often.why(), "pod a: Prometheus could not scrape it at its last attempts (up is 0)");
}

TEST(PrometheusReading, FailsWhenTheNewestScrapeIsOld) {
    PrometheusWorld world;
    world.asks("a").up("a", {74.9}).requests("a", "200", {{74.9, 9}}).read();
    EXPECT_EQ(world.why(),
              "pod a: Prometheus scraped it last longer ago than 2.5 times the scrapeInterval 10s; state how "
              "often it scrapes these pods, or is its clock another?");
    PrometheusWorld fresh;
    fresh.asks("a").up("a", {75}).requests("a", "200", {{75, 9}}).read();
    EXPECT_EQ(fresh.why(), "read");
}

TEST(PrometheusReading, RefusesWhatIsNoCountInTheNewestScrapeAndPassesOverOlderOnes) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    PrometheusWorld now, before;
    now.asks("a").up("a", {85, 95}).requests("a", "200", {{85, 8}, {95, nan}}).read();
    EXPECT_EQ(now.why(), "pod a: requests_total is nan, which is no count");
    before.asks("a").up("a", {85, 95}).requests("a", "200", {{85, nan}, {95, 9}}).read();
    EXPECT_EQ(before.why(), "read");
    EXPECT_TRUE(before.round.pods[0].earlier.empty());
}

TEST(PrometheusReading, BoundsTheSeriesOfAPod) {
    PrometheusWorld world;
    world.asks("a").up("a", {95});
    for (int i = 0; i < 5'001; ++i) world.requests("a", std::to_string(i), {{95, 1}});
    world.read();
    EXPECT_EQ(world.why(), "pod a: more than 5000 series are selected");
}

TEST(PrometheusReading, LeavesOutASeriesThatThePageNoLongerHas) {
    PrometheusWorld world;
    world.asks("a")
        .up("a", {85, 95})
        .requests("a", "200", {{85, 8}, {95, 9}})
        .requests("a", "404", {{85, 3}});
    EXPECT_EQ(world.read().at(0).reading->sources[0].series.size(), 1u);
}

TEST(PrometheusReading, LooksBackToTheLookBeforeAndNotTooFar) {
    const PrometheusOrigin origin{{"http://p", std::chrono::seconds(10)}, "ml"};
    EXPECT_EQ(windowOf(origin, std::chrono::seconds(80)), std::chrono::seconds(110));
    EXPECT_EQ(windowOf(origin, std::chrono::hours(2)), std::chrono::seconds(500));
}

}  // namespace
}  // namespace serin::signals
