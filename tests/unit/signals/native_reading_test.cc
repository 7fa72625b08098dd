#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "base/text.h"
#include "protobuf_encoder.h"
#include "signals/counter_book.h"
#include "signals/native_reading.h"
#include "signals/pod_reading.h"

namespace serin::signals {
namespace {

std::shared_ptr<const Selection> latencyOf(const std::string& histogram, double unitSeconds = 1) {
    std::vector<api::Metric> metrics(1);
    metrics[0].name = "latency";
    metrics[0].kind = api::MetricKind::Latency;
    metrics[0].histogram = histogram;
    metrics[0].unitSeconds = unitSeconds;
    auto made = compileSelection({}, metrics);
    EXPECT_TRUE(made.ok());
    return std::make_shared<const Selection>(std::move(made).value());
}

std::string label(const std::string& name, const std::string& value) {
    return Message().bytes(1, name).bytes(2, value).text();
}

// A book that reads one pod's pages in protobuf, and what the latest interval counted.
class NativeBook {
  public:
    explicit NativeBook(std::shared_ptr<const Selection> selection = latencyOf("took_seconds"))
        : selection_(std::move(selection)) {}

    void reads(const Result<PodReading>& reading) {
        ASSERT_TRUE(reading.ok()) << reading.error().message;
        Round round;
        round.at = Timestamp(std::chrono::seconds(1'764'000'000)) + std::chrono::seconds(10) * ++rounds;
        round.selection = selection_;
        round.pods.resize(1);
        round.pods[0].target.podUid = "a";
        round.pods[0].target.ready = true;
        round.pods[0].reading = *reading;
        stratum_ = book.add(round, {});
    }
    void shows(const NativeText& histogram) {
        reads(readProtobufPage(nativeFamily("took_seconds", histogram), *selection_));
    }
    void showsText(const std::string& page) { reads(readPage(page, *selection_, false)); }

    // Observations up to the edge, "-" where the interval has no counts, "no edge" where it lacks this one.
    std::string upTo(double edge) const {
        const api::Counts* counts = latest();
        if (counts == nullptr) return "-";
        uint64_t sum = 0;
        for (size_t i = 0; i < counts->edges.size(); ++i) {
            sum += counts->buckets[i];
            if (counts->edges[i] == edge) return std::to_string(sum);
        }
        return "no edge";
    }
    // All requests of the interval, where errors are judged too.
    std::string requests() const {
        const auto found = stratum_->stable.at(0).counts.find("errors");
        return found == stratum_->stable[0].counts.end() ? "-" : std::to_string(found->second.total);
    }
    std::string total() const { return latest() == nullptr ? "-" : std::to_string(latest()->total); }
    size_t edges() const { return latest() == nullptr ? 0 : latest()->edges.size(); }

    CounterBook book;
    int rounds = 0;  // so far

  private:
    const api::Counts* latest() const {
        if (!stratum_ || stratum_->stable.empty()) return nullptr;
        const auto found = stratum_->stable[0].counts.find("latency");
        return found == stratum_->stable[0].counts.end() ? nullptr : &found->second;
    }

    std::shared_ptr<const Selection> selection_;
    std::optional<api::Stratum> stratum_;
};

// In schema 0 bucket 0 ends at 1, bucket 1 at 2; in schema 3 it takes eight for each of them.
TEST(NativeReading, CountsWhatANativeHistogramRose) {
    NativeBook pod;
    pod.shows({.schema = 3, .first = 0, .counts = {5, 0, 0, 0, 0, 0, 0, 0, 7}});
    EXPECT_EQ(pod.total(), "-");
    pod.shows({.schema = 3, .first = 0, .counts = {6, 0, 0, 0, 0, 0, 0, 2, 10}});
    EXPECT_EQ(pod.total(), "6");
    EXPECT_EQ(pod.edges(), 35u);
    EXPECT_EQ(pod.upTo(0.5), "0");
    EXPECT_EQ(pod.upTo(1), "1");
    EXPECT_EQ(pod.upTo(2), "6");
}

TEST(NativeReading, CountsNothingTwiceAndLosesNothingWhereAClientHalvesItsResolution) {
    NativeBook pod;
    pod.shows({.schema = 3, .first = 0, .counts = {5, 0, 0, 0, 0, 0, 0, 0, 7}});
    pod.shows({.schema = 2, .first = 0, .counts = {5, 1, 0, 0, 9}});
    EXPECT_EQ(pod.total(), "3");
    EXPECT_EQ(pod.upTo(1), "0");
    EXPECT_EQ(pod.upTo(2), "3");
    pod.shows({.schema = 0, .first = 0, .counts = {6, 12}});
    EXPECT_EQ(pod.total(), "3");
    EXPECT_EQ(pod.edges(), 18u);
    EXPECT_EQ(pod.upTo(1), "1");
    EXPECT_EQ(pod.upTo(2), "3");
    EXPECT_EQ(pod.upTo(1.4142135623730951), "no edge");
}

TEST(NativeReading, CountsFromZeroWhereAClientBeginsAnewAtItsFirstResolution) {
    NativeBook pod;
    pod.shows({.schema = 0, .first = 0, .counts = {6, 12}, .created = 1'763'000'000});
    pod.shows({.schema = 0, .first = 0, .counts = {7, 12}, .created = 1'763'000'000});
    EXPECT_EQ(pod.total(), "1");
    // More in every bucket than there was before: the time of its making alone tells.
    pod.shows({.schema = 3, .first = 0, .counts = {8, 0, 0, 0, 0, 0, 0, 0, 20}, .created = 1'764'000'025});
    EXPECT_EQ(pod.total(), "28");
    EXPECT_EQ(pod.edges(), 35u);
    EXPECT_EQ(pod.upTo(1), "8");
}

// As client_golang's NativeHistogramMinResetDuration lets it, in a process that says no start time.
TEST(NativeReading, LeavesCountersAloneWhereAClientBeginsItsNativeHistogramAnew) {
    api::Runtime runtime;
    runtime.errors = {{"requests_total"}, {"failures_total"}};
    std::vector<api::Metric> metrics(2);
    metrics[0].name = "errors";
    metrics[1].name = "latency";
    metrics[1].kind = api::MetricKind::Latency;
    metrics[1].histogram = "took_seconds";
    const auto selection = std::make_shared<const Selection>(*compileSelection(runtime, metrics));
    NativeBook pod(selection);
    const auto shows = [&](double requests, const NativeText& histogram) {
        const std::string counter = familyMessage(
            "requests_total", 0, {Message().bytes(3, Message().real(1, requests).text()).text()});
        pod.reads(readProtobufPage(counter + nativeFamily("took_seconds", histogram), *selection));
    };
    shows(50'000, {.schema = 0, .first = 0, .counts = {6, 12}, .created = 1'763'000'000});
    shows(50'004, {.schema = 0, .first = 0, .counts = {7, 12}, .created = 1'763'000'000});
    EXPECT_EQ(pod.requests(), "4");
    shows(50'009, {.schema = 3, .first = 0, .counts = {8}, .created = 1'764'000'025});
    EXPECT_EQ(pod.requests(), "5");
    EXPECT_EQ(pod.total(), "8");
}

TEST(NativeReading, DoesNotGoOnFromTheClassicBucketsThatAServerHadBefore) {
    NativeBook pod;
    pod.showsText(
        "took_seconds_bucket{le=\"1\"} 4\ntook_seconds_bucket{le=\"+Inf\"} 5\ntook_seconds_count 5\n");
    pod.shows({.schema = 3, .first = 0, .counts = {500}});
    EXPECT_EQ(pod.total(), "-");
    pod.shows({.schema = 3, .first = 0, .counts = {503}});
    EXPECT_EQ(pod.total(), "3");
    EXPECT_EQ(pod.upTo(1), "3");
}

TEST(NativeReading, GoesOnFromWhatAnEarlierProcessSaved) {
    NativeBook before, after;
    before.shows({.schema = 3, .first = 0, .counts = {5}});
    before.shows({.schema = 3, .first = 0, .counts = {6}});
    ASSERT_TRUE(after.book.restore(before.book.save()).ok());
    after.rounds = before.rounds;
    after.shows({.schema = 3, .first = 0, .counts = {9}});
    EXPECT_EQ(after.total(), "3");
    EXPECT_EQ(after.upTo(1), "3");
}

TEST(NativeReading, IsOfTheClassicBucketsWhereThereAreBoth) {
    Message histogram;
    histogram.number(1, 9).bytes(3, Message().number(1, 4).real(2, 0.3).text());
    histogram.signedNumber(5, 3).bytes(12, span(0, 1)).signedNumber(13, 9);
    const std::string page = familyMessage("took_seconds", 4, {Message().bytes(7, histogram.text()).text()});
    const auto reading = readProtobufPage(page, *latencyOf("took_seconds"));
    ASSERT_TRUE(reading.ok());
    std::vector<double> edges;
    for (const SeriesNumber& number : reading->sources[0].series) {
        if (number.slot == Slot::Bucket) edges.push_back(number.edge);
    }
    std::ranges::sort(edges);
    EXPECT_EQ(edges, (std::vector<double>{0.3, std::numeric_limits<double>::infinity()}));
    EXPECT_FALSE(lacksBuckets(*reading));
}

TEST(NativeReading, SelectsByLabelsAsOfAClassicHistogram) {
    const auto metric = [](const std::string& path, int64_t count) {
        return Message().bytes(1, label("path", path)).bytes(7, nativeMessage({.counts = {count}})).text();
    };
    const std::string page =
        familyMessage("took_seconds", 4, {metric("/infer", 3), metric("/ready", 50), metric("/generate", 4)});
    const auto reading = readProtobufPage(page, *latencyOf("took_seconds{path!=\"/ready\"}"));
    ASSERT_TRUE(reading.ok()) << reading.error().message;
    double total = 0;
    for (const SeriesNumber& number : reading->sources[0].series)
        total += number.slot == Slot::Count ? number.value : 0;
    EXPECT_EQ(total, 7);
}

TEST(NativeReading, LeavesNumbersThatAreNoneOutOfTheBuckets) {
    Message histogram;
    histogram.number(1, 9).signedNumber(5, 3).bytes(12, span(0, 1)).signedNumber(13, 7);  // and two NaN
    const std::string page = familyMessage("took_seconds", 4, {Message().bytes(7, histogram.text()).text()});
    const auto reading = readProtobufPage(page, *latencyOf("took_seconds"));
    ASSERT_TRUE(reading.ok());
    for (const SeriesNumber& number : reading->sources[0].series) {
        const bool infinite = number.slot == Slot::Bucket && std::isinf(number.edge);
        if (number.slot == Slot::Count || infinite) {
            EXPECT_EQ(number.value, infinite ? 7 : 9);
        }
    }
}

TEST(NativeReading, BoundsTheSeriesOfAPod) {
    const std::string page = nativeFamily("took_seconds", {.counts = {1}});
    EXPECT_TRUE(readProtobufPage(page, *latencyOf("took_seconds"), 38).ok());
    const auto more = readProtobufPage(page, *latencyOf("took_seconds"), 37);
    ASSERT_FALSE(more.ok());
    EXPECT_EQ(more.error().message, "more than 37 series are selected");
}

TEST(NativeReading, HasTheEdgesOfATimeInItsUnitAndThoseOfValuesForADrift) {
    std::vector<api::Metric> metrics(2);
    metrics[0].name = "latency";
    metrics[0].kind = api::MetricKind::Latency;
    metrics[0].histogram = "took_milliseconds";
    metrics[0].unitSeconds = 1e-3;
    metrics[1].name = "drift";
    metrics[1].kind = api::MetricKind::HistogramDrift;
    metrics[1].histogram = "score";
    const auto selection = compileSelection({}, metrics);
    const auto reading = readProtobufPage(
        nativeFamily("took_milliseconds", {.counts = {1}}) + nativeFamily("score", {.counts = {1}}),
        *selection);
    ASSERT_TRUE(reading.ok());
    ASSERT_EQ(reading->sources.size(), 2u);
    const auto lowest = [](const SourceReading& source) {
        double edge = std::numeric_limits<double>::infinity();
        for (const SeriesNumber& number : source.series)
            edge = number.slot == Slot::Bucket ? std::min(edge, number.edge) : edge;
        return edge;
    };
    EXPECT_EQ(lowest(reading->sources[0]), 1);
    EXPECT_EQ(lowest(reading->sources[1]), -0x1p20);
    // A drift of what is judged as a latency too has its edges, in whichever order they are stated.
    metrics[1].histogram = "took_milliseconds";
    std::ranges::reverse(metrics);
    const auto both = compileSelection({}, metrics);
    const auto shared = readProtobufPage(nativeFamily("took_milliseconds", {.counts = {1}}), *both);
    ASSERT_TRUE(shared.ok());
    ASSERT_EQ(shared->sources.size(), 1u);
    EXPECT_EQ(lowest(shared->sources[0]), 1);
    EXPECT_EQ(shared->sources[0].fingerprint, reading->sources[0].fingerprint);
}

}  // namespace
}  // namespace serin::signals
