#include "fetch/progress.h"

#include <gtest/gtest.h>

namespace serin::fetch {
namespace {

using std::chrono::seconds;

TEST(Progress, SaysHowMuchHowFastAndHowLong) {
    Progress progress(4'000'000'000, seconds(100));
    EXPECT_EQ(progress.line(1'200'000'000, 0, seconds(106)),
              "fetched 1.2 of 4.0 GB (30 %), 200 MB/s, about 14s left");
}

TEST(Progress, CountsWhatWasThereBeforeAsFetchedAndNotAsSpeed) {
    Progress progress(1000, seconds(0));
    EXPECT_EQ(progress.line(600, 500, seconds(10)), "fetched 0.6 of 1.0 kB (60 %), 10 B/s, about 40s left");
}

TEST(Progress, SpeedIsThatOfTheLastTenSeconds) {
    Progress progress(1'000'000, seconds(0));
    (void)progress.line(900'000, 0, seconds(3));
    for (int second = 4; second < 20; ++second) (void)progress.line(900'000, 0, seconds(second));
    EXPECT_EQ(progress.line(900'000, 0, seconds(20)), "fetched 0.9 of 1.0 MB (90 %), 0 B/s");
}

TEST(Progress, ThatGoesBackIsNoSpeed) {
    Progress progress(1000, seconds(0));
    (void)progress.line(800, 0, seconds(1));
    for (int second = 2; second < 12; ++second) (void)progress.line(100, 0, seconds(second));
    EXPECT_EQ(progress.line(100, 0, seconds(12)), "fetched 0.1 of 1.0 kB (10 %), 0 B/s");
}

TEST(Progress, HoursAreShownWithoutSeconds) {
    Progress progress(7'201'000, seconds(0));
    EXPECT_EQ(progress.line(1000, 0, seconds(1)), "fetched 0.0 of 7.2 MB (0 %), 1.0 kB/s, about 2h left");
}

TEST(Progress, AnEmptyModelIsComplete) {
    Progress progress(0, seconds(0));
    EXPECT_EQ(progress.line(0, 0, seconds(1)), "fetched 0 of 0 B (100 %), 0 B/s");
}

}  // namespace
}  // namespace serin::fetch
