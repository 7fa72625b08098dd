#include "signals/protobuf_page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>

#include "base/text.h"
#include "protobuf_encoder.h"
#include "signals/number.h"

namespace serin::signals {
namespace {

std::string fileText(const std::string& name) {
    std::ifstream file("tests/unit/signals/native/" + name, std::ios::binary);
    EXPECT_TRUE(file.good()) << name;
    return {std::istreambuf_iterator<char>(file), {}};
}

// All that a page says: numbers by "name{label=value,…}", labels in order.
class Recorder final : public PageSink {
  public:
    bool wants(std::string_view name) override { return unwanted != name; }
    void type(std::string_view family, std::string_view type) override { types[std::string(family)] = type; }
    void sample(const Sample& sample) override {
        EXPECT_TRUE(samples.emplace(keyOf(sample.name, sample.labels), sample.value).second)
            << keyOf(sample.name, sample.labels) << " comes twice";
        if (sample.timestamp) timestamp = *sample.timestamp;
    }
    void native(const NativeSample& sample) override {
        natives[keyOf(sample.name, sample.labels)] = sample.histogram;
        counts[keyOf(sample.name, sample.labels)] = sample.count;
    }
    void malformed(const PageIssue& issue) override { issues.push_back(issue.message); }

    static std::string keyOf(std::string_view name, std::span<const Label> labels) {
        std::vector<std::string> texts;
        for (const Label& label : labels) texts.push_back(cat(label.name, "=", label.value));
        std::ranges::sort(texts);
        return cat(name, "{", join(texts, ","), "}");
    }

    std::string unwanted;
    std::map<std::string, std::string> types;
    std::map<std::string, double> samples, counts;
    std::map<std::string, NativeHistogram> natives;
    std::vector<std::string> issues;
    double timestamp = 0;
};

PageSummary read(std::string_view page, Recorder& recorder, PageLimits limits = {}) {
    return readProtobuf(page, limits, recorder);
}

std::string issueOf(const std::string& page) {
    Recorder recorder;
    const PageSummary summary = read(page, recorder);
    EXPECT_EQ(summary.truncated, "");
    return join(recorder.issues, "; ");
}

std::string issueOfHistogram(const Message& histogram) {
    return issueOf(familyMessage("took", 4, {Message().bytes(7, histogram.text()).text()}));
}

// A Go server's page in text and in protobuf, read at the same moment (see native/record.go).
TEST(ProtobufPage, SaysWhatTheSamePageSaysInText) {
    Recorder text, protobuf;
    EXPECT_EQ(readExposition(fileText("client_golang.txt"), {}, text).malformed, 0u);
    const PageSummary summary = read(fileText("client_golang.pb"), protobuf);
    EXPECT_EQ(summary.truncated, "");
    EXPECT_EQ(protobuf.issues, std::vector<std::string>());
    EXPECT_EQ(protobuf.types, text.types);
    size_t native = 0;
    for (const auto& [key, value] : text.samples) {
        const auto same = protobuf.samples.find(key);
        if (same != protobuf.samples.end()) {
            EXPECT_EQ(same->second, value) << key;
            continue;
        }
        // All that text has of a native histogram.
        EXPECT_NE(key.find("_bucket{le=+Inf"), std::string::npos) << key;
        ++native;
    }
    EXPECT_EQ(native, 4u);
    EXPECT_EQ(protobuf.natives.size(), 4u);
    for (const auto& [key, value] : protobuf.samples) {
        const bool created = key.find("_created{") != std::string::npos;
        EXPECT_NE(text.samples.contains(key), created) << key;
        EXPECT_TRUE(!created || value > 1.76e9) << key;
    }
    EXPECT_EQ(protobuf.samples.at("http_requests_total{code=500,path=/infer \"quoted\"}"), 3);
    EXPECT_TRUE(protobuf.samples.contains("http_requests_created{code=200,path=/infer}"));
    EXPECT_EQ(protobuf.samples.at("both_seconds_bucket{le=0.1}"), 50);
    EXPECT_EQ(protobuf.samples.at("size_bytes{quantile=0.9}"), 360);
}

TEST(ProtobufPage, HasTheNativeHistogramsOfAGoServerToTheLastObservation) {
    Recorder page;
    (void)read(fileText("client_golang.pb"), page);
    const NativeHistogram& infer = page.natives.at("took_seconds{path=/infer}");
    EXPECT_EQ(infer.schema, 3);
    EXPECT_EQ(infer.all(), 401);
    EXPECT_EQ(page.counts.at("took_seconds{path=/infer}"), 401);
    const auto counts = countsAt(infer, latencyGrid(1));
    EXPECT_EQ(counts.size(), 35u);
    for (const AtEdge& at : counts) {
        double expected = 1;
        for (int i = 1; i <= 400; ++i) expected += 0.002 * i <= at.edge ? 1 : 0;
        EXPECT_EQ(at.upTo, expected) << at.edge;
    }
    for (const AtEdge& at : countsAt(page.natives.at("took_seconds{path=/edges}"), latencyGrid(1))) {
        EXPECT_EQ(at.upTo,
                  (at.edge >= .25) + (at.edge >= .5) + (at.edge >= 1) + (at.edge >= 2) + (at.edge >= 4))
            << at.edge;
    }
    const auto margins = countsAt(page.natives.at("margin{}"), valueGrid());
    EXPECT_EQ(margins.size(), 58u);
    for (const AtEdge& at : margins) {
        double expected = 0;
        for (int i = 0; i < 30; ++i) {
            for (const double margin : {0.5 * i, -0.7 * i}) {
                expected += (at.edge < 0 ? margin < at.edge : margin <= at.edge) ? 1 : 0;
            }
        }
        EXPECT_EQ(at.upTo, expected) << at.edge;
    }
    EXPECT_EQ(page.natives.at("unused_seconds{}").all(), 0);
    EXPECT_FALSE(page.natives.contains("both_seconds{}"));
}

TEST(ProtobufPage, IsRefusedWhereverItIsCutWithinAFamily) {
    const std::string whole = fileText("client_golang.pb");
    std::vector<size_t> cuts;
    for (size_t size = 0; size < whole.size(); ++size) {
        Recorder page;
        const PageSummary summary = read(std::string_view(whole).substr(0, size), page);
        if (summary.truncated.empty()) cuts.push_back(size);
    }
    EXPECT_EQ(cuts.size(), 8u);  // between its eight families
}

TEST(ProtobufPage, HasTimestampsUntypedNumbersAndFieldsThatAreNotKnown) {
    Recorder page;
    const std::string metric = Message()
                                   .bytes(1, Message().bytes(1, "a").bytes(2, "b\"\n").number(9, 1).text())
                                   .bytes(5, Message().real(1, -2.5).bytes(77, "?").text())
                                   .number(6, 1'764'000'000'123)
                                   .real(88, 1)
                                   .text();
    (void)read(familyMessage("thing", 3, {metric}), page);
    EXPECT_EQ(page.samples, (std::map<std::string, double>{{"thing{a=b\"\n}", -2.5}}));
    EXPECT_EQ(page.timestamp, 1'764'000'000'123);
    EXPECT_EQ(page.issues, std::vector<std::string>());
}

TEST(ProtobufPage, ReadsCountsThatAreNoWholeNumbersAndPackedOnes) {
    Recorder page;
    const std::string packed =
        Message().real(1, 1.5).text().substr(1) + Message().real(1, 0.5).text().substr(1);
    const Message histogram = Message()
                                  .real(4, 3.25)
                                  .signedNumber(5, 0)
                                  .real(8, 1.25)
                                  .bytes(12, span(1, 1))
                                  .bytes(12, span(2, 1))
                                  .bytes(14, packed);
    (void)read(familyMessage("took", 4, {Message().bytes(7, histogram.text()).text()}), page);
    EXPECT_EQ(page.issues, std::vector<std::string>());
    const NativeHistogram& native = page.natives.at("took{}");
    EXPECT_EQ(native.zeroCount, 1.25);
    ASSERT_EQ(native.positive.size(), 2u);
    EXPECT_EQ(native.positive[0].index, 1);
    EXPECT_EQ(native.positive[1].index, 4);
    EXPECT_EQ(native.positive[1].count, 0.5);
    EXPECT_EQ(page.counts.at("took{}"), 3.25);
}

TEST(ProtobufPage, TakesABucketOfInfinityAloneForNoClassicOne) {
    Recorder page;
    Message histogram;
    histogram.bytes(3, Message().number(1, 5).real(2, INFINITY).text());
    histogram.number(1, 5).number(7, 5).real(6, 0.5);
    (void)read(familyMessage("took", 4, {Message().bytes(7, histogram.text()).text()}), page);
    EXPECT_EQ(page.natives.size(), 1u);
    EXPECT_FALSE(page.samples.contains("took_bucket{le=+Inf}"));
    Recorder classic;
    const std::string plain =
        Message().number(1, 5).bytes(3, Message().number(1, 5).real(2, INFINITY).text()).text();
    (void)read(familyMessage("took", 4, {Message().bytes(7, plain).text()}), classic);
    EXPECT_EQ(classic.samples.at("took_bucket{le=+Inf}"), 5);
    EXPECT_TRUE(classic.natives.empty());
}

TEST(ProtobufPage, LeavesOutWhatNobodyCanJudge) {
    Recorder page;
    page.unwanted = "skipped_total";
    const std::string value = Message().bytes(3, Message().real(1, 1).text()).text();
    EXPECT_EQ(read(familyMessage("skipped_total", 0, {"\xff"}) + familyMessage("a.b", 0, {value}) +
                       familyMessage("gauges", 5, {Message().bytes(7, nativeMessage({})).text()}) +
                       familyMessage("future", 6, {value}),
                   page)
                  .samples,
              4u);
    EXPECT_TRUE(page.samples.empty() && page.natives.empty());
}

TEST(ProtobufPage, SaysWhichFamilyIsWrongAndWhy) {
    EXPECT_EQ(issueOf(Message().bytes(1, "x").number(4, 1).delimited()),
              "metric family 1 (x): its message is broken");
    EXPECT_EQ(issueOf(familyMessage("x", 1, {"\x0a"})), "metric family 1 (x): a metric's message is broken");
    EXPECT_EQ(issueOf(familyMessage("x", 1, {Message().bytes(3, "").text()})),
              "metric family 1 (x): a metric has no numbers of the family's type");
    EXPECT_EQ(issueOf(familyMessage("x", 1, {Message().bytes(2, "\x08").text()})),
              "metric family 1 (x): its message is broken");
    EXPECT_EQ(issueOfHistogram(Message().bytes(12, span(0, 2)).signedNumber(13, 5)),
              "metric family 1 (took): it has fewer buckets than its spans say");
    EXPECT_EQ(issueOfHistogram(Message().bytes(12, span(0, 1)).signedNumber(13, 5).signedNumber(13, 5)),
              "metric family 1 (took): it has more buckets than its spans say");
    EXPECT_EQ(issueOfHistogram(Message().bytes(9, span(0, 1)).signedNumber(10, -5)),
              "metric family 1 (took): the count of a bucket is below zero, or no number");
    EXPECT_EQ(
        issueOfHistogram(
            Message().bytes(9, span(0, 1)).bytes(9, span(-1, 1)).signedNumber(10, 5).signedNumber(10, 0)),
        "metric family 1 (took): a span of buckets begins before the end of the one before");
    EXPECT_EQ(issueOfHistogram(Message().number(7, 1).signedNumber(5, 9)),
              "metric family 1 (took): its schema is 9, and only -4 to 8 are read");
    EXPECT_EQ(issueOfHistogram(Message().number(7, 1).signedNumber(5, -53)),
              "metric family 1 (took): its schema is -53, and only -4 to 8 are read");
    EXPECT_EQ(
        issueOfHistogram(Message().bytes(12, span(0, 2)).signedNumber(13, INT64_MAX).signedNumber(13, 1)),
        "metric family 1 (took): a bucket's count is too large");
    EXPECT_EQ(issueOfHistogram(Message().bytes(12, span(INT64_C(1) << 40, 1)).signedNumber(13, 1)),
              "metric family 1 (took): its message is broken");
}

TEST(ProtobufPage, BoundsTheBucketsAndSpansOfOneHistogram) {
    const std::string why = "metric family 1 (took): it has more than 20000 buckets or spans";
    const std::string packed(20'001, '\0');
    const std::string doubles(20'001 * sizeof(double), '\0');
    for (const uint32_t field : {10U, 13U}) {
        EXPECT_EQ(issueOfHistogram(Message().bytes(field, packed)), why);
        Message single;
        for (int i = 0; i < 20'001; ++i) single.signedNumber(field, 0);
        EXPECT_EQ(issueOfHistogram(single), why);
    }
    for (const uint32_t field : {11U, 14U}) EXPECT_EQ(issueOfHistogram(Message().bytes(field, doubles)), why);
    for (const uint32_t field : {3U, 9U, 12U}) {
        Message empty;
        for (int i = 0; i < 20'001; ++i) empty.bytes(field, "");
        EXPECT_EQ(issueOfHistogram(empty), why);
    }
    EXPECT_EQ(issueOfHistogram(Message().bytes(12, span(0, 20'000)).bytes(13, packed.substr(1))), "");
}

TEST(ProtobufPage, BoundsTheLabelsOfAMetricAndTheQuantilesOfASummary) {
    Message labels, quantiles;
    for (int i = 0; i < 100'000; ++i) labels.bytes(1, "");
    EXPECT_EQ(issueOf(familyMessage("x", 1, {labels.bytes(2, "").text()})),
              "metric family 1 (x): more than 64 labels");
    for (int i = 0; i < 1'001; ++i) quantiles.bytes(3, "");
    EXPECT_EQ(issueOf(familyMessage("x", 2, {Message().bytes(4, quantiles.text()).text()})),
              "metric family 1 (x): its message is broken");
}

TEST(ProtobufPage, LooksIntoNoMetricOfAFamilyThatHasTooMany) {
    Recorder page;
    const std::string metric = Message().bytes(2, Message().real(1, 5).text()).text();
    const PageSummary summary = read(familyMessage("x", 1, {metric, metric, metric}), page, {.samples = 2});
    EXPECT_EQ(summary.truncated, "the page has more than 2 samples");
    EXPECT_EQ(summary.samples, 3u);
    EXPECT_TRUE(page.samples.empty() && page.types.empty());
}

TEST(ProtobufPage, EndsAtItsLimits) {
    const std::string whole = fileText("client_golang.pb");
    Recorder large;
    EXPECT_EQ(read(whole, large, {.bytes = 1000}).truncated, "the page is larger than 1000 bytes");
    EXPECT_TRUE(large.samples.empty());
    Recorder many;
    EXPECT_EQ(read(whole, many, {.samples = 3}).truncated, "the page has more than 3 samples");
    Recorder labels;
    (void)read(whole, labels, {.labels = 1});
    EXPECT_EQ(labels.issues.front(), "metric family 3 (http_requests_total): more than 1 labels");
    Recorder lying;
    EXPECT_EQ(read("\x7f"
                   "abc",
                   lying)
                  .truncated,
              "the page ends within metric family 1");
}

}  // namespace
}  // namespace serin::signals
