#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signals/counter_delta.h"

namespace serin::signals {
namespace {

constexpr size_t kMany = 100;

SourceReading readingOf(const std::vector<std::pair<uint64_t, double>>& numbers) {
    SourceReading out;
    out.fingerprint = 7;
    out.exported = true;
    for (const auto& [series, value] : numbers) {
        SeriesNumber& number = out.series.emplace_back();
        number.series = series;
        number.group = series;
        number.value = value;
    }
    return out;
}

PodNumbers podOf(const SourceReading& reading) {
    PodNumbers out;
    out.keep(remember(nullptr, reading, Process::Unknown, kMany));
    return out;
}

TEST(KnownSeries, OfAPageLikeTheOneBeforeAreNotKeptTwice) {
    const SourceNumbers first = remember(nullptr, readingOf({{1, 10}, {2, 20}}), Process::Same, kMany);
    const SourceNumbers second = remember(&first, readingOf({{1, 11}, {2, 25}}), Process::Same, kMany);
    EXPECT_EQ(second.series, first.series);
    EXPECT_EQ(sumsOf(second).total, 36);
    const SourceNumbers third =
        remember(&second, readingOf({{1, 12}, {2, 30}, {3, 1}}), Process::Same, kMany);
    EXPECT_NE(third.series, second.series);
    EXPECT_EQ(sumsOf(third).total, 43);
}

TEST(KnownSeries, ThatLeftThePageAreRememberedAndAreNoPartOfTheSums) {
    const SourceNumbers first = remember(nullptr, readingOf({{1, 10}, {2, 20}}), Process::Same, kMany);
    const SourceNumbers second = remember(&first, readingOf({{2, 25}}), Process::Same, kMany);
    EXPECT_EQ(sumsOf(second).total, 25);
    const SourceNumbers third = remember(&second, readingOf({{2, 26}}), Process::Same, kMany);
    EXPECT_EQ(third.series, second.series);
    const SourceDelta back = advance(third, readingOf({{1, 14}, {2, 26}}), Process::Same);
    ASSERT_TRUE(back.counts);
    EXPECT_EQ(back.counts->total, 4U) << "its return is no news";
}

TEST(KnownSeries, OfLikePodsAreShared) {
    const PodNumbers one = podOf(readingOf({{1, 10}, {2, 20}}));
    PodNumbers like = podOf(readingOf({{1, 3}, {2, 4}}));
    PodNumbers unlike = podOf(readingOf({{1, 3}, {5, 4}}));
    ASSERT_NE(like.of(7)->series, one.of(7)->series);
    shareSeries(one, like);
    shareSeries(one, unlike);
    EXPECT_EQ(like.of(7)->series, one.of(7)->series);
    EXPECT_NE(unlike.of(7)->series, one.of(7)->series);
    EXPECT_EQ(sumsOf(*like.of(7)).total, 7);
    // One goes its own way.
    like.keep(remember(like.of(7), readingOf({{1, 3}}), Process::Same, kMany));
    EXPECT_EQ(sumsOf(*like.of(7)).total, 3);
    EXPECT_EQ(sumsOf(*one.of(7)).total, 30);
}

TEST(KnownSeries, AreFoundBySource) {
    PodNumbers pod;
    for (const uint64_t source : {5U, 3U, 9U, 3U}) {
        SourceReading reading = readingOf({{1, static_cast<double>(source)}});
        reading.fingerprint = source;
        pod.keep(remember(nullptr, reading, Process::Same, kMany));
    }
    EXPECT_THAT(pod.sources, testing::SizeIs(3));
    for (const uint64_t source : {3U, 5U, 9U}) {
        ASSERT_NE(pod.of(source), nullptr);
        EXPECT_EQ(sumsOf(*pod.of(source)).total, static_cast<double>(source));
    }
    EXPECT_EQ(pod.of(4), nullptr);
    EXPECT_EQ(pod.of(10), nullptr);
}

}  // namespace
}  // namespace serin::signals
