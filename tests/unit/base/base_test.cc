#include <gtest/gtest.h>

#include "base/sha256.h"
#include "base/text.h"
#include "base/time.h"

namespace serin {
namespace {

TEST(Duration, ReadsWhatGoWrites) {
    EXPECT_EQ(*parseDuration("1h30m"), std::chrono::minutes(90));
    EXPECT_EQ(*parseDuration("45s"), std::chrono::seconds(45));
    EXPECT_EQ(*parseDuration("1m0s"), std::chrono::seconds(60));
    EXPECT_EQ(*parseDuration("500ms"), std::chrono::milliseconds(500));
    EXPECT_EQ(*parseDuration("0"), std::chrono::milliseconds(0));
}

TEST(Duration, RefusesWhatIsAmbiguousAndSaysHowToWriteIt) {
    for (const char* text : {"", "5", "m5", "-5s", "5s5m", "1.5h", "5 m", "5d"}) {
        const auto result = parseDuration(text);
        ASSERT_FALSE(result.ok()) << text;
        EXPECT_NE(result.error().message.find("5m or 1h30m"), std::string::npos);
    }
}

TEST(Duration, IsWrittenInItsShortestForm) {
    EXPECT_EQ(formatDuration(std::chrono::seconds(90)), "1m30s");
    EXPECT_EQ(formatDuration(std::chrono::hours(2)), "2h");
    EXPECT_EQ(formatDuration(Duration(0)), "0s");
}

TEST(Time, SurvivesBeingWrittenAndReadBack) {
    const auto time = parseTime("2026-01-02T03:04:05.678Z");
    ASSERT_TRUE(time);
    EXPECT_EQ(formatTime(*time), "2026-01-02T03:04:05Z");
    EXPECT_EQ(formatMicroTime(*time), "2026-01-02T03:04:05.678000Z");
    EXPECT_EQ(parseTime(formatMicroTime(*time)), time);
    EXPECT_FALSE(parseTime("2026-13-02T03:04:05Z"));
    EXPECT_FALSE(parseTime("2026-01-02 03:04:05Z"));
}

TEST(Sha256, GivesThePublishedDigestOfAbc) {
    EXPECT_EQ(sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(ShortDigest, IsTheFirstFiftyBitsInCrockfordsAlphabet) {
    EXPECT_EQ(shortDigest("abc"), "q9w1dfwf07");
    EXPECT_EQ(shortDigest("abc").size(), 10u);
    EXPECT_NE(shortDigest("abd"), shortDigest("abc"));
}

TEST(HumanNumbers, AreShortAndHaveNoExponentWherePeopleReadThem) {
    EXPECT_EQ(humanNumber(5120), "5120");
    EXPECT_EQ(humanNumber(0.0412345), "0.0412");
    EXPECT_EQ(humanNumber(3.2), "3.2");
    EXPECT_EQ(humanPercent(0.041), "4.1 %");
    EXPECT_EQ(humanPercent(0.0004), "0.040 %");
}

TEST(WithoutControls, LeavesLinesAndLettersOfAnyLanguage) {
    EXPECT_EQ(withoutControls("\x1b[31m\tred\x7f\n\xC3\xA9"), "?[31m?red?\n\xC3\xA9");
}

TEST(Split, KeepsEmptyParts) {
    EXPECT_EQ(split("a..b", '.'), (std::vector<std::string>{"a", "", "b"}));
    EXPECT_EQ(join({"a", "b"}, ", "), "a, b");
    EXPECT_EQ(trim("  x y\n"), "x y");
}

}  // namespace
}  // namespace serin
