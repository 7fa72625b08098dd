#include "fetch/backoff.h"

#include <gtest/gtest.h>

namespace serin::fetch {
namespace {

using std::chrono::seconds;

TEST(Backoff, WaitsDoubleUpToABoundAndALotTakesAHalfAway) {
    EXPECT_EQ(waitBefore(1, std::nullopt, 0), Duration(500));
    EXPECT_EQ(waitBefore(2, std::nullopt, 0), Duration(1000));
    EXPECT_EQ(waitBefore(3, std::nullopt, 0.5), Duration(1500));
    EXPECT_EQ(waitBefore(7, std::nullopt, 0), seconds(30));
    EXPECT_EQ(waitBefore(1'000'000, std::nullopt, 0), seconds(30));
}

TEST(Backoff, WhatAServerAsksForIsWaitedWithinABound) {
    EXPECT_EQ(waitBefore(1, seconds(10), 0.9), seconds(10));
    EXPECT_EQ(waitBefore(7, seconds(1), 0), seconds(30));
    EXPECT_EQ(waitBefore(1, std::chrono::hours(9), 0), std::chrono::minutes(5));
}

TEST(Backoff, RetryAfterIsSecondsOrADate) {
    const Timestamp now = *parseTime("1994-11-06T08:49:07Z");
    EXPECT_EQ(retryAfter("120", now), seconds(120));
    EXPECT_EQ(retryAfter("Sun, 06 Nov 1994 08:49:37 GMT", now), seconds(30));
    EXPECT_EQ(retryAfter("Sun, 06 Nov 1994 08:48:37 GMT", now), seconds(0));
    EXPECT_FALSE(retryAfter("", now));
    EXPECT_FALSE(retryAfter("-1", now));
    EXPECT_FALSE(retryAfter("soon", now));
    EXPECT_FALSE(retryAfter("Sun, 06 Nov 1994 08:49:37 CET", now));
}

TEST(Backoff, OnlyWhatMayPassIsTriedAgain) {
    for (const int status : {408, 429, 500, 502, 503, 504}) EXPECT_TRUE(mayPass(status)) << status;
    for (const int status : {200, 301, 400, 401, 403, 404, 416, 501, 505})
        EXPECT_FALSE(mayPass(status)) << status;
}

}  // namespace
}  // namespace serin::fetch
