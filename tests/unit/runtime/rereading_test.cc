#include "runtime/rereading.h"

#include <gtest/gtest.h>

namespace serin::runtime {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kNow = std::chrono::hours(1);

TEST(Rereading, IsDueAtOnceThenAfterMinutesAndSoonerWithoutSuccess) {
    Rereading reading;
    EXPECT_TRUE(reading.due(kNow));
    EXPECT_TRUE(reading.ended(true, false, kNow));
    EXPECT_FALSE(reading.due(kNow + minutes(5) - Duration{1}));
    EXPECT_TRUE(reading.due(kNow + minutes(5)));
    EXPECT_TRUE(reading.ended(false, false, kNow));
    EXPECT_FALSE(reading.due(kNow + seconds(59)));
    EXPECT_TRUE(reading.due(kNow + minutes(1)));
}

TEST(Rereading, WhatIsKnownStaysWhereThereWasNoAnswer) {
    Rereading reading;
    EXPECT_TRUE(reading.ended(false, true, kNow)) << "nothing was known, so that the reason counts";
    EXPECT_TRUE(reading.ended(true, false, kNow));
    EXPECT_FALSE(reading.ended(false, true, kNow));
    EXPECT_FALSE(reading.ended(false, true, kNow));
    EXPECT_TRUE(reading.ended(false, false, kNow));
    EXPECT_TRUE(reading.ended(false, true, kNow));
}

TEST(Rereading, WhatDidNotServeIsReadAgainAMinuteAfterTheLastReadingAtTheEarliest) {
    Rereading reading;
    reading.ended(true, false, kNow);
    reading.refused();
    EXPECT_FALSE(reading.due(kNow + seconds(59)));
    EXPECT_TRUE(reading.due(kNow + minutes(1)));
    reading.ended(true, false, kNow + minutes(2));
    EXPECT_FALSE(reading.due(kNow + minutes(4))) << "it is another one now";
    reading.refused();
    EXPECT_TRUE(reading.due(kNow + minutes(4)));
}

}  // namespace
}  // namespace serin::runtime
