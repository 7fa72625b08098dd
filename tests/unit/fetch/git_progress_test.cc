// What git says of its own progress; the lines are those of git 2.39.
#include "fetch/git_progress.h"

#include <gtest/gtest.h>

namespace serin::fetch {
namespace {

constexpr uint64_t kMebi = 1 << 20;

TEST(GitProgress, OfAPackHasPercentBytesAndRate) {
    const auto read = readGitProgress("Receiving objects:  45% (1234/2742), 12.50 MiB | 5.25 MiB/s");
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, (GitProgress{"Receiving objects", 45, 25 * kMebi / 2, 21 * kMebi / 4}));
    EXPECT_TRUE(isReceiving(*read));
    EXPECT_EQ(progressWords(*read), "receiving objects: 45 %, 13.1 MB, 5.5 MB/s");
}

TEST(GitProgress, IsReadInAllOfGitsUnits) {
    const std::vector<std::pair<std::string, uint64_t>> units{
        {"1 byte", 1}, {"760 bytes", 760}, {"1.50 KiB", 1536}, {"2.25 GiB", 9 * kMebi * 256}};
    for (const auto& [text, bytes] : units) {
        const auto read = readGitProgress("Receiving objects: 100% (4/4), " + text + " | 84.00 KiB/s, done.");
        ASSERT_TRUE(read) << text;
        EXPECT_EQ(read->bytes, bytes) << text;
        EXPECT_EQ(read->rate, 84 * 1024U) << text;
    }
}

TEST(GitProgress, WithoutBytesHasPercentAlone) {
    const auto deltas = readGitProgress("Resolving deltas:  80% (4/5)");
    ASSERT_TRUE(deltas);
    EXPECT_EQ(*deltas, (GitProgress{"Resolving deltas", 80}));
    EXPECT_FALSE(isReceiving(*deltas));
    EXPECT_EQ(progressWords(*deltas), "resolving deltas: 80 %");
    EXPECT_EQ(readGitProgress("Receiving objects:   3% (1/30)")->bytes, std::nullopt);
}

TEST(GitProgress, WhereGitDoesNotKnowOfHowManyHasNoPercent) {
    const auto read = readGitProgress("Receiving objects: 1234, 1.00 MiB | 2.00 MiB/s");
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, (GitProgress{"Receiving objects", std::nullopt, kMebi, 2 * kMebi}));
    EXPECT_EQ(progressWords(*readGitProgress("Enumerating objects: 5, done.")), "enumerating objects");
}

TEST(GitProgress, OfTheServerCountsNoBytes) {
    const auto read = readGitProgress("remote: Receiving objects:  45% (1/2), 9.00 GiB | 1.00 GiB/s");
    ASSERT_TRUE(read);
    EXPECT_FALSE(isReceiving(*read));
}

TEST(GitProgress, BytesThatCannotBeReadAreLeftOut) {
    for (const char* text : {"12.3 MiB", "12.345 MiB", "12 MB", "MiB", "-1 bytes", "99999999999999999999 GiB",
                             "9999999999 GiB", "done."}) {
        const auto read = readGitProgress(std::string("Receiving objects: 10% (1/10), ") + text);
        ASSERT_TRUE(read) << text;
        EXPECT_EQ(read->bytes, std::nullopt) << text;
    }
}

TEST(GitProgress, OtherLinesAreNone) {
    for (const char* line :
         {"", ":", ": 5", "fatal: unable to access 'https://x/': Could not resolve host: x",
          "remote: error: 404", "Receiving objects: 101% (1/1)", "Receiving objects: x% (1/1)",
          "Receiving objects:", "warning: filtering not recognized by server, ignoring"}) {
        EXPECT_EQ(readGitProgress(line), std::nullopt) << line;
    }
    std::string endless = "Receiving objects: 5% (1/2)";
    endless.insert(0, 100, 'x');
    EXPECT_EQ(readGitProgress(endless), std::nullopt);
}

}  // namespace
}  // namespace serin::fetch
