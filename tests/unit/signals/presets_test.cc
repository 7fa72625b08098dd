#include "api/presets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "signals/counter_delta.h"
#include "signals/pod_reading.h"

namespace serin::signals {
namespace {

// What the requests behind a page add up to, by what was sent to the real server, or written into the page
// where none could be run: 7 good and 3 failed ones, and where it serves gRPC some of those.
struct Sent {
    uint64_t total = 0;
    uint64_t bad = 0;
    uint64_t timed = 0;
};
const std::map<std::string, Sent> kSent = {
    {"bentoml", {10, 3, 10}},
    {"fastapi-instrumentator", {10, 3, 12}},  // its histogram holds two requests that the client got wrong
    {"istio", {10, 3, 10}},
    {"kserve", {0, 0, 10}},
    {"mlserver", {12, 3, 10}},  // two over gRPC, which it does not time
    {"ray-serve", {10, 3, 10}},
    {"seldon", {10, 3, 10}},
    {"starlette-exporter", {10, 3, 10}},
    {"tensorflow-serving", {10, 3, 7}},  // it times what succeeded
    {"torchserve", {10, 3, 0}},
    {"triton", {10, 3, 0}},
    {"vllm", {10, 3, 10}},
};

std::string pageOf(const std::string& preset) {
    std::ifstream file("tests/unit/signals/pages/" + preset + ".txt");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

// The counts of one metric, as a process that began with nothing has them.
api::Counts counted(const api::Runtime& runtime, const api::Metric& metric, const std::string& page) {
    const auto selection = compileSelection(runtime, {metric});
    EXPECT_TRUE(selection.ok()) << selection.error().message;
    if (!selection) return {};
    const auto reading = readPage(page, *selection, false);
    EXPECT_TRUE(reading.ok()) << reading.error().message;
    if (!reading) return {};
    return begin(reading->sources[0], FirstSight::FromZero).counts.value_or(api::Counts());
}

TEST(Presets, CountAndTimeTheRequestsOfTheirServersPages) {
    for (const std::string& name : api::presetNames()) {
        SCOPED_TRACE(name);
        const auto sent = kSent.find(name);
        ASSERT_NE(sent, kSent.end()) << "no page";
        const std::string page = pageOf(name);
        ASSERT_FALSE(page.empty());
        const api::Runtime runtime = *api::presetRuntime(name, "toy");
        if (!runtime.errors.total.empty()) {
            api::Metric errors;
            errors.name = "errors";
            const api::Counts counts = counted(runtime, errors, page);
            EXPECT_EQ(counts.total, sent->second.total);
            EXPECT_EQ(counts.bad, sent->second.bad);
        }
        EXPECT_EQ(runtime.errors.total.empty(), sent->second.total == 0);
        if (!runtime.latency.empty()) {
            api::Metric latency;
            latency.name = "latency";
            latency.kind = api::MetricKind::Latency;
            latency.histogram = runtime.latency;
            const api::Counts counts = counted(runtime, latency, page);
            EXPECT_EQ(counts.total, sent->second.timed);
            EXPECT_GE(counts.edges.size(), 3U);
        }
        EXPECT_EQ(runtime.latency.empty(), sent->second.timed == 0);
    }
}

TEST(Presets, HaveTheirPages) {
    std::vector<std::string> names;
    for (const auto& [name, sent] : kSent) names.push_back(name);
    EXPECT_THAT(api::presetNames(), testing::ElementsAreArray(names));
}

TEST(Presets, TimeInSecondsOfTheUnitThatTheServerHas) {
    EXPECT_EQ(api::presetRuntime("tensorflow-serving", "m")->latencyUnit, 1e-6);
    EXPECT_EQ(api::presetRuntime("istio", "m")->latencyUnit, 1e-3);
    EXPECT_EQ(api::presetRuntime("mlserver", "m")->latencyUnit, 1);
}

TEST(Presets, AskForTheModelByItsEscapedName) {
    EXPECT_EQ(api::presetRuntime("triton", "a b/c")->readyPath, "/v2/models/a%20b%2Fc/ready");
    EXPECT_EQ(api::presetRuntime("tensorflow-serving", "m")->readyPath, "/v1/models/m/metadata");
    EXPECT_EQ(api::presetRuntime("fastapi-instrumentator", "m")->readyPath, "");
}

TEST(Presets, SayWhatAUserMustKnow) {
    for (const std::string& name : api::presetNames()) EXPECT_GT(api::presetNote(name).size(), 20U) << name;
    EXPECT_EQ(api::presetNote("custom"), "");
    EXPECT_FALSE(api::presetRuntime("custom", "m"));
}

}  // namespace
}  // namespace serin::signals
