#include "api/label_counts.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "api/samples.h"

namespace serin::api {
namespace {

using LabelCountList = std::vector<LabelCount>;

TEST(LabelCounts, SumUpEachValueInTheOrderOfNamesWhateverTheirOwnOrderIs) {
    LabelCountList counts{{"status", "503", 4},
                          {"path", "/b", 1},
                          {"status", "500", 2},
                          {"status", "503", 3},
                          {"path", "/a", 0}};
    const LabelCountList expected{{"path", "/b", 1}, {"status", "500", 2}, {"status", "503", 7}};
    EXPECT_EQ(gathered(counts), expected);
    std::ranges::reverse(counts);
    EXPECT_EQ(gathered(counts), expected);
    EXPECT_EQ(gathered(expected), expected);
}

TEST(LabelCounts, KeepTheLargestOfThousandsOfValues) {
    LabelCountList counts;
    for (uint64_t i = 0; i < 5000; ++i) counts.push_back({"request", "id-" + std::to_string(i), 1});
    counts.push_back({"request", "the-bad-one", 9});
    const LabelCountList kept = gathered(counts);
    ASSERT_EQ(kept.size(), kMostLabelValues);
    EXPECT_EQ(std::ranges::count(kept, LabelCount{"request", "the-bad-one", 9}), 1);
}

TEST(LabelCounts, KeepTheLabelsWithTheMostEvents) {
    const LabelCountList kept =
        gathered({{"a", "1", 5}, {"b", "1", 9}, {"c", "1", 5}, {"d", "1", 5}, {"e", "1", 7}});
    EXPECT_EQ(kept, (LabelCountList{{"a", "1", 5}, {"b", "1", 9}, {"e", "1", 7}}));
}

TEST(LabelCounts, ShortenForeignTextAndShowNothingThatATerminalObeys) {
    EXPECT_EQ(labelText("/v2/models/fraud/infer"), "/v2/models/fraud/infer");
    EXPECT_EQ(labelText("a\x1b[31m\nb\x7f"), "a?[31m?b?");
    EXPECT_EQ(labelText("a\xC3\xA4/\xFF"), "a?\?/?");
    const std::string cut = labelText(std::string(60, 'x'));
    EXPECT_LE(cut.size(), kLongestLabelText);
    EXPECT_TRUE(cut.ends_with("…")) << cut;
}

TEST(LabelCounts, OfTwoIntervalsStayWhereBothAreAboutTheSameEdge) {
    Counts first, second;
    first.total = second.total = 10;
    first.badAbove = second.badAbove = 0.25;
    first.labels = {{"path", "/a", 2}};
    second.labels = {{"path", "/a", 1}, {"path", "/b", 4}};
    const Counts both = together(first, second);
    EXPECT_EQ(both.labels, (LabelCountList{{"path", "/a", 3}, {"path", "/b", 4}}));
    EXPECT_EQ(both.badAbove, 0.25);
    second.badAbove = 0.5;
    EXPECT_TRUE(together(first, second).labels.empty());
    EXPECT_EQ(together(first, second).badAbove, std::nullopt);
    first.badAbove = second.badAbove = std::nullopt;
    EXPECT_EQ(together(first, Counts()).labels, first.labels);
}

}  // namespace
}  // namespace serin::api
