#include "judge/state_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "judge/state_codec.h"

namespace serin::judge {
namespace {

TEST(StateText, DoublesComeBackBitForBit) {
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double value : {0.0, -0.0, 1.0, -17.0, 0.1, 1e300, 5e-324, -1.0 / 3, infinity, -infinity,
                               9007199254740992.0, 9007199254740993.5}) {
        StateWriter writer;
        writer(value);
        StateReader reader(writer.text());
        double found = 42;
        reader(found);
        EXPECT_TRUE(reader.ok() && reader.atEnd());
        EXPECT_EQ(std::bit_cast<uint64_t>(found), std::bit_cast<uint64_t>(value)) << writer.text();
    }
}

TEST(StateText, EveryKindOfValueComesBack) {
    const std::string words = "a b%=\n\xC3\xA9~";
    const std::map<std::string, std::vector<uint64_t>> lists{{"", {}}, {"x y", {1, 18446744073709551615ULL}}};
    const std::optional<int> none, some = -3;
    StateWriter writer;
    writer(words, lists, none, some, true, Timestamp(Duration(1700000000123)), std::string());
    StateReader reader(writer.text());
    std::string wordsFound, empty = "full";
    std::map<std::string, std::vector<uint64_t>> listsFound;
    std::optional<int> noneFound = 1, someFound;
    bool flag = false;
    Timestamp at;
    reader(wordsFound, listsFound, noneFound, someFound, flag, at, empty);
    EXPECT_TRUE(reader.ok() && reader.atEnd());
    EXPECT_EQ(wordsFound, words);
    EXPECT_EQ(listsFound, lists);
    EXPECT_EQ(noneFound, none);
    EXPECT_EQ(someFound, some);
    EXPECT_TRUE(flag);
    EXPECT_EQ(at, Timestamp(Duration(1700000000123)));
    EXPECT_EQ(empty, "");
}

TEST(StateText, BrokenTextsAreRefused) {
    for (const std::string text : {"", "x", "=", "serin-judge/2", "serin-judge/2 ", "serin-judge/1 0",
                                   "serin-judge/2 0", "serin-judge/2 9999999999 = = ="}) {
        EXPECT_FALSE(decodeState(text).has_value()) << text;
    }
    const std::string whole = encodeState(Memory{});
    ASSERT_TRUE(decodeState(whole).has_value());
    for (size_t i = 0; i < whole.size(); ++i) EXPECT_FALSE(decodeState(whole.substr(0, i)).has_value()) << i;
    EXPECT_FALSE(decodeState(whole + " 1").has_value());
}

TEST(StateText, MetricsWithoutTheirRatesAreRefused) {
    Memory memory;
    memory.attempt.metrics.resize(1);
    MetricMemory& metric = memory.attempt.metrics[0];
    EXPECT_FALSE(decodeState(encodeState(memory)).has_value()) << "an error rate has one";
    metric.rate.rates.resize(1);
    EXPECT_TRUE(decodeState(encodeState(memory)).has_value());
    const auto define = [&](api::MetricKind kind) {
        api::Metric definition;
        definition.kind = kind;
        metric.definition = SharedValue(definition);
    };
    define(api::MetricKind::Query);
    EXPECT_TRUE(decodeState(encodeState(memory)).has_value());
    define(api::MetricKind::Latency);
    EXPECT_FALSE(decodeState(encodeState(memory)).has_value()) << "one of which edge?";
    metric.rate.edges = {.5};
    EXPECT_TRUE(decodeState(encodeState(memory)).has_value());
}

TEST(StateText, StaysWithinItsSizeByLeavingOutTheLeastNeeded) {
    Memory memory;
    memory.attempt.harm = true;
    api::Stratum big;
    for (int pod = 0; pod < 2000; ++pod) {
        api::PodSample sample;
        sample.pod = "uid-" + std::to_string(pod);
        big.canary.push_back(sample);
    }
    memory.pending = big;
    const std::string text = encodeState(memory);
    EXPECT_LE(text.size(), kMostState);
    const std::optional<Memory> found = decodeState(text);
    ASSERT_TRUE(found.has_value());
    EXPECT_FALSE(found->pending.has_value());
    EXPECT_TRUE(found->attempt.harm);
}

}  // namespace
}  // namespace serin::judge
