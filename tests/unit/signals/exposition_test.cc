#include "signals/exposition.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"

namespace serin::signals {
namespace {

// Writes down all a page says: "name{label=value,…} number[@timestamp]".
class Recorder final : public PageSink {
  public:
    bool wants(std::string_view name) override {
        asked.emplace_back(name);
        return !unwanted.contains(std::string(name));
    }
    void type(std::string_view family, std::string_view type) override {
        types.push_back(cat(family, " ", type));
    }
    void sample(const Sample& sample) override {
        std::vector<std::string> labels;
        for (const Label& label : sample.labels) labels.push_back(cat(label.name, "=", label.value));
        std::string text = cat(sample.name, "{", join(labels, ","), "} ");
        text += std::isnan(sample.value)   ? "NaN"
                : std::isinf(sample.value) ? (sample.value > 0 ? "+Inf" : "-Inf")
                                           : humanNumber(sample.value);
        if (sample.timestamp) text += cat("@", static_cast<int64_t>(*sample.timestamp));
        samples.push_back(text);
        values.push_back(sample.value);
    }
    void malformed(const PageIssue& issue) override {
        issues.push_back(issue.message);
        names.emplace_back(issue.name);
    }

    std::set<std::string> unwanted;
    std::vector<std::string> asked, types, samples, issues, names;
    std::vector<double> values;
};

PageSummary read(std::string_view page, Recorder& recorder, PageLimits limits = {}) {
    return readExposition(page, limits, recorder);
}

TEST(Exposition, ReadsTheTextFormatWithLabelsTypesAndTimestamps) {
    Recorder page;
    auto summary = read(
        "# HELP http_requests_total All requests, \\n and \\\\ in help.\n"
        "# TYPE http_requests_total counter\n"
        "http_requests_total{method=\"post\",code=\"200\"} 1027 1395066363000\n"
        "http_requests_total{method=\"post\",code=\"400\",}    3\n"
        "\n"
        "# a comment\n"
        "   metric_without_labels 12.47\n"
        "spaced { a = \"b\" , c=\"d\" }\t7\n",
        page);
    EXPECT_EQ(page.samples,
              (std::vector<std::string>{"http_requests_total{method=post,code=200} 1027@1395066363000",
                                        "http_requests_total{method=post,code=400} 3",
                                        "metric_without_labels{} 12.5", "spaced{a=b,c=d} 7"}));
    EXPECT_EQ(page.types, std::vector<std::string>{"http_requests_total counter"});
    EXPECT_TRUE(page.issues.empty());
    EXPECT_EQ(summary.samples, 4U);
    EXPECT_FALSE(summary.endMarker);
    EXPECT_TRUE(summary.truncated.empty());
}

TEST(Exposition, ReadsEveryWayToWriteANumber) {
    Recorder page;
    read("a 1\na 1.0\na +1\na -1.5e-3\na 1E3\na +Inf\na -inf\na NaN\na 9007199254740993\na .5\na 0\n", page);
    ASSERT_EQ(page.values.size(), 11U);
    EXPECT_EQ(page.values[0], 1);
    EXPECT_EQ(page.values[1], 1);
    EXPECT_EQ(page.values[2], 1);
    EXPECT_EQ(page.values[3], -0.0015);
    EXPECT_EQ(page.values[4], 1000);
    EXPECT_EQ(page.values[5], std::numeric_limits<double>::infinity());
    EXPECT_EQ(page.values[6], -std::numeric_limits<double>::infinity());
    EXPECT_TRUE(std::isnan(page.values[7]));
    EXPECT_EQ(page.values[8], 9007199254740992.0);
    EXPECT_EQ(page.values[9], 0.5);
    EXPECT_EQ(page.values[10], 0);
}

TEST(Exposition, ResolvesEscapesInSeveralLabelsOfOneLine) {
    Recorder page;
    read(
        "x{path=\"C:\\\\DIR\\\\FILE.TXT\",error=\"Cannot \\\"find\\\":\\nx\",odd=\"\\d\",plain=\"}{,=\"} 1\n",
        page);
    ASSERT_EQ(page.samples.size(), 1U);
    EXPECT_EQ(page.samples[0], "x{path=C:\\DIR\\FILE.TXT,error=Cannot \"find\":\nx,odd=\\d,plain=}{,=} 1");
}

TEST(Exposition, ReadsOpenMetricsWithExemplarsAndEndMarker) {
    Recorder page;
    auto summary = read(
        "# TYPE foo histogram\n"
        "# UNIT foo seconds\n"
        "foo_bucket{le=\"0.1\"} 8 # {} 0.054\n"
        "foo_bucket{le=\"1.0\"} 11 # {trace_id=\"KOO5S4vxi0o\"} 0.67 1520879607.789\n"
        "foo_bucket{le=\"+Inf\"} 17 1520879607.789 # {trace_id=\"o\\\"H\"} 9.8\n"
        "foo_count 17\n"
        "foo_sum 324789.3\n"
        "foo_created 1520430000.123\n"
        "# EOF",
        page);
    EXPECT_TRUE(page.issues.empty());
    EXPECT_TRUE(summary.endMarker);
    ASSERT_EQ(page.samples.size(), 6U);
    EXPECT_EQ(page.samples[1], "foo_bucket{le=1.0} 11");
    EXPECT_EQ(page.samples[2], "foo_bucket{le=+Inf} 17@1520879607");
    EXPECT_EQ(page.types, std::vector<std::string>{"foo histogram"});
}

TEST(Exposition, ReportsMalformedLinesWithTheirNumberAndReadsTheOthers) {
    struct Case {
        const char* line;
        const char* issue;
        const char* name;
    };
    const Case cases[] = {
        {"x{a=\"b\"}", "line 2: the value is missing", "x"},
        {"x{a=\"b\"} twelve", "line 2: \"twelve\" is not a number", "x"},
        {"x{a=\"b\"} 0x10", "line 2: \"0x10\" is not a number", "x"},
        {"x{a=\"b\"} 1e999", "line 2: \"1e999\" is not a number", "x"},
        {"x{a=\"b\"} 1 soon", "line 2: \"soon\" after the value is not a timestamp", "x"},
        {"x{a=\"b\"} 1 2 3", "line 2: \"3\" after the timestamp", "x"},
        {"x{a=\"b} 1", "line 2: label a: the closing quote is missing", "x"},
        {"x{a=b} 1", "line 2: label a: the value is not quoted", "x"},
        {"x{a} 1", "line 2: \"=\" is missing after label a", "x"},
        {"x{a=\"b\" c=\"d\"} 1", "line 2: \",\" or \"}\" is missing after a label", "x"},
        {"x{0=\"b\"} 1", "line 2: no label name at \"0=\"b\"} 1\"", "x"},
        {"x{a=\"b\"} 1 # nonsense", "line 2: what follows \"#\" is not an exemplar", "x"},
        {"x{a=\"b\"} 1 # {t=\"u\"} x", "line 2: the exemplar's value is not a number", "x"},
        {"9lives 1", "line 2: no metric name at \"9lives 1\"", ""},
        {"x", "line 2: \"x\" is not a sample", ""},
        {"x-y 1", "line 2: \"x-y 1\" is not a sample", ""},
        {"<html>", "line 2: no metric name at \"<html>\"", ""},
    };
    for (const Case& c : cases) {
        Recorder page;
        auto summary = read(cat("first 1\n", c.line, "\nlast 3\n"), page);
        EXPECT_EQ(page.issues, std::vector<std::string>{c.issue}) << c.line;
        EXPECT_EQ(page.names, std::vector<std::string>{c.name}) << c.line;
        EXPECT_EQ(page.samples, (std::vector<std::string>{"first{} 1", "last{} 3"})) << c.line;
        EXPECT_EQ(summary.malformed, 1U) << c.line;
    }
}

TEST(Exposition, SkipsWhatIsNotWantedAndAsksOncePerRun) {
    Recorder page;
    page.unwanted = {"noise"};
    auto summary = read("noise{broken 1\nnoise 2\nsignal 3\nsignal 4\nnoise 5\n", page);
    EXPECT_EQ(page.asked, (std::vector<std::string>{"noise", "signal", "noise"}));
    EXPECT_EQ(page.samples, (std::vector<std::string>{"signal{} 3", "signal{} 4"}));
    EXPECT_EQ(summary.samples, 5U);
    EXPECT_TRUE(page.issues.empty());
}

TEST(Exposition, SaysWhenThePageIsCutOff) {
    Recorder page;
    EXPECT_EQ(read("a 1\nb 22", page).truncated, "the page ends within line 2");
    EXPECT_EQ(page.samples, std::vector<std::string>{"a{} 1"});
    EXPECT_EQ(read("a 1\n# HELP b", page).truncated, "the page ends within line 2");
    EXPECT_EQ(read("", page).truncated, "");
}

TEST(Exposition, KeepsItsLimits) {
    PageLimits limits;
    limits.samples = 2;
    Recorder many;
    EXPECT_EQ(read("a 1\nb 2\nc 3\nd 4\n", many, limits).truncated, "the page has more than 2 samples");
    limits = {};
    limits.bytes = 6;
    Recorder large;
    EXPECT_EQ(read("a 1\nb 2\nc 3\n", large, limits).truncated, "the page is larger than 6 bytes");
    EXPECT_EQ(large.samples, std::vector<std::string>{"a{} 1"});
    limits = {};
    limits.labels = 1;
    Recorder labels;
    read("a{x=\"1\"} 1\na{x=\"1\",y=\"2\"} 1\n", labels, limits);
    EXPECT_EQ(labels.issues, std::vector<std::string>{"line 2: more than 1 labels"});
}

TEST(Exposition, TakesWindowsLineEndsAndPassesQuotedNamesBy) {
    Recorder page;
    auto summary = read("a 1\r\n{\"my.metric\",x=\"y\"} 2\nb 3\n", page);
    EXPECT_EQ(page.samples, (std::vector<std::string>{"a{} 1", "b{} 3"}));
    EXPECT_EQ(summary.samples, 3U);
    EXPECT_TRUE(page.issues.empty());
}

TEST(Exposition, ReportsSamplesAfterTheEndMarker) {
    Recorder page;
    read("a 1\n# EOF\nb 2\n", page);
    EXPECT_EQ(page.samples, std::vector<std::string>{"a{} 1"});
    EXPECT_EQ(page.issues, std::vector<std::string>{"line 2: samples after the end marker"});
}

// Whatever bytes come, reading ends and only hands out views into the page.
TEST(Exposition, SurvivesEveryCutAndEveryFlippedByteOfAPage) {
    const std::string page =
        "# TYPE x histogram\nx_bucket{a=\"\\\"b\\\\\",le=\"+Inf\"} 17 1 # {t=\"u\"} 9 2\nx_count 1e3\n# "
        "EOF\n";
    for (size_t i = 0; i <= page.size(); ++i) {
        Recorder recorder;
        auto summary = read(page.substr(0, i), recorder);
        EXPECT_LE(recorder.samples.size() + summary.malformed, summary.samples + 1);
    }
    for (size_t i = 0; i < page.size(); ++i) {
        for (char c : {'\0', '\n', '"', '\\', '{', '}', '#', ' ', '\xff'}) {
            std::string flipped = page;
            flipped[i] = c;
            Recorder recorder;
            auto summary = read(flipped, recorder);
            EXPECT_LE(recorder.samples.size(), summary.samples);
        }
    }
}

}  // namespace
}  // namespace serin::signals
