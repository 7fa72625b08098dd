#include "runtime/source_schedule.h"

#include <gtest/gtest.h>

#include "api/names.h"

namespace serin::runtime {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kNow = hours(1);

SourceQuestion asking(std::optional<Duration> follow, const std::string& refresh = {}) {
    SourceQuestion question;
    question.source.uri = "mlflow://fraud@champion";
    question.source.follow = follow;
    question.written = "h0x4t52e5m";
    question.refresh = refresh;
    return question;
}

class SourceScheduleTest : public ::testing::Test {
  protected:
    double chance = 0.5;
    SourceSchedule schedule{[this] { return chance; }};
};

TEST_F(SourceScheduleTest, AnOpenQuestionIsAskedAtOnce) {
    schedule.want(asking(std::nullopt), true, kNow);
    EXPECT_EQ(schedule.due(), kNow);
}

TEST_F(SourceScheduleTest, WhatIsKnownAndNotFollowedIsNeverAsked) {
    schedule.want(asking(std::nullopt), false, kNow);
    EXPECT_EQ(schedule.due(), std::nullopt);
    schedule.want(asking(std::nullopt, "today"), true, kNow);
    EXPECT_EQ(schedule.due(), kNow);
    schedule.ended(true, kNow + seconds(1));
    EXPECT_EQ(schedule.due(), std::nullopt);
}

TEST_F(SourceScheduleTest, AHintCausesALookAtOnceAndMoreOfThemOneInTenSeconds) {
    schedule.hint(kNow);
    EXPECT_EQ(schedule.due(), std::nullopt);
    schedule.want(asking(std::nullopt), false, kNow);
    schedule.hint(kNow);
    schedule.hint(kNow + seconds(1));
    EXPECT_EQ(schedule.due(), kNow);
    schedule.began();
    schedule.ended(true, kNow + seconds(2));
    EXPECT_EQ(schedule.due(), std::nullopt);
    schedule.hint(kNow + seconds(3));
    EXPECT_EQ(schedule.due(), kNow + seconds(10));
}

TEST_F(SourceScheduleTest, AHintDuringALookIsNotLost) {
    schedule.want(asking(minutes(1)), true, kNow);
    schedule.began();
    schedule.hint(kNow + seconds(1));
    schedule.ended(true, kNow + seconds(2));
    EXPECT_EQ(schedule.due(), kNow + seconds(1));
    schedule.began();
    schedule.ended(true, kNow + seconds(3));
    EXPECT_EQ(schedule.due(), kNow + seconds(63));
}

TEST_F(SourceScheduleTest, AHintOutlivesAChangeOfTheQuestion) {
    schedule.want(asking(std::nullopt), false, kNow);
    schedule.hint(kNow);
    schedule.want(asking(std::nullopt, "today"), false, kNow);
    EXPECT_EQ(schedule.due(), kNow);
}

TEST_F(SourceScheduleTest, AHintDoesNotWaitForARetry) {
    schedule.want(asking(std::nullopt), true, kNow);
    schedule.began();
    schedule.ended(false, kNow);
    schedule.hint(kNow + seconds(1));
    EXPECT_EQ(schedule.due(), kNow + seconds(1));
}

TEST_F(SourceScheduleTest, AfterARestartFollowedSourcesAreSpreadOverTheInterval) {
    for (const double at : {0.0, 0.25, 0.99}) {
        chance = at;
        SourceSchedule anew([this] { return chance; });
        anew.want(asking(minutes(1)), false, kNow);
        EXPECT_EQ(anew.due(), kNow + Duration(static_cast<int64_t>(60'000 * at)));
    }
}

TEST_F(SourceScheduleTest, LooksComeOnceInAnIntervalWithATenthOfChance) {
    schedule.want(asking(minutes(1)), true, kNow);
    for (const auto& [at, wait] : {std::pair{0.0, 54}, {0.5, 60}, {0.75, 63}}) {
        chance = at;
        schedule.ended(true, kNow);
        EXPECT_EQ(schedule.due(), kNow + seconds(wait)) << at;
    }
}

TEST_F(SourceScheduleTest, WantingTheSameAgainChangesNothing) {
    schedule.want(asking(minutes(1)), true, kNow);
    schedule.ended(true, kNow);
    const auto due = schedule.due();
    schedule.want(asking(minutes(1)), true, kNow + seconds(1));
    schedule.want(asking(minutes(1)), false, kNow + seconds(2));
    EXPECT_EQ(schedule.due(), due);
}

TEST_F(SourceScheduleTest, FailuresAreTriedAgainAfterWaitsThatGrowToFiveMinutes) {
    chance = 0;
    schedule.want(asking(hours(6)), true, kNow);
    Duration now = kNow;
    Duration before{0};
    for (int i = 0; i < 12; ++i) {
        schedule.ended(false, now);
        const Duration wait = *schedule.due() - now;
        EXPECT_GE(wait, before);
        EXPECT_LE(wait, SourceSchedule::kLongestRetry);
        before = wait;
        now = *schedule.due();
    }
    EXPECT_EQ(before, SourceSchedule::kLongestRetry);
    schedule.ended(true, now);
    schedule.ended(false, now);
    EXPECT_EQ(*schedule.due() - now, SourceSchedule::kFirstRetry);
}

TEST_F(SourceScheduleTest, AChangeByAPersonIsLookedAtAtOnceAndForgetsTheFailures) {
    chance = 0;
    schedule.want(asking(minutes(1)), true, kNow);
    for (int i = 0; i < 8; ++i) schedule.ended(false, kNow);
    SourceQuestion mended = asking(minutes(1));
    mended.source.credentialsSecret = "mlflow";
    schedule.want(mended, false, kNow + seconds(3));
    EXPECT_EQ(schedule.due(), kNow + seconds(3));
    schedule.ended(false, kNow + seconds(4));
    EXPECT_EQ(schedule.due(), kNow + seconds(4) + SourceSchedule::kFirstRetry);
}

TEST(SourceQuestion, IsOpenUntilTheStatusHasTheAnswer) {
    api::ModelDeployment object;
    EXPECT_EQ(questionOf(object), std::nullopt);
    object.spec.source = asking(minutes(1)).source;
    object.spec.written = "h0x4t52e5m";
    object.meta.annotations[api::kRefreshAnnotation] = "today";
    ASSERT_EQ(questionOf(object), asking(minutes(1), "today"));
    EXPECT_TRUE(isOpen(*questionOf(object), object.status));
    object.status.source = api::SourceStatus{"", {}, "h0x4t52e5m", "today", {}};
    EXPECT_FALSE(isOpen(*questionOf(object), object.status));
    object.meta.annotations[api::kRefreshAnnotation] = "tomorrow";
    EXPECT_TRUE(isOpen(*questionOf(object), object.status));
    object.spec.problems = {"spec.replicas: is 1.5"};
    EXPECT_EQ(questionOf(object), std::nullopt);
}

}  // namespace
}  // namespace serin::runtime
