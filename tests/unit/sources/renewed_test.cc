#include "sources/renewed.h"

#include <gtest/gtest.h>

namespace serin::sources {
namespace {

using Lent = Renewed<int>::Lent;

Timestamp second(int seconds) {
    return Timestamp(std::chrono::seconds(seconds));
}

class RenewedTest : public ::testing::Test {
  protected:
    Result<int> at(int seconds) { return renewed.at(second(seconds)); }

    int asked = 0;
    int life = 3600;
    std::optional<Error> failure;
    Renewed<int> renewed{[this](Timestamp now) -> Result<Lent> {
        ++asked;
        if (failure) return *failure;
        return Lent{asked, now + std::chrono::seconds(life)};
    }};
};

TEST_F(RenewedTest, IsKeptUntilFiveMinutesBeforeItsEnd) {
    EXPECT_EQ(*at(0), 1);
    EXPECT_EQ(*at(3299), 1);
    EXPECT_EQ(*at(3300), 2);
    EXPECT_EQ(*at(3301), 2);
}

TEST_F(RenewedTest, WhatDoesNotLiveLongIsKeptForHalfOfItsLife) {
    life = 120;
    EXPECT_EQ(*at(0), 1);
    EXPECT_EQ(*at(59), 1);
    EXPECT_EQ(*at(60), 2);
}

TEST_F(RenewedTest, WhatHasEndedWhenItComesIsNotKept) {
    life = -60;
    EXPECT_EQ(*at(0), 1);
    EXPECT_EQ(*at(0), 2);
}

TEST_F(RenewedTest, CountsOnWhileNobodyCanBeAskedAndIsAskedForAgainAfterAWhile) {
    EXPECT_EQ(*at(0), 1);
    failure = Error{ErrorCode::Unavailable, "down"};
    EXPECT_EQ(*at(3300), 1);
    EXPECT_EQ(*at(3329), 1);
    EXPECT_EQ(asked, 2);
    EXPECT_EQ(*at(3330), 1);
    EXPECT_EQ(asked, 3);
    failure.reset();
    EXPECT_EQ(*at(3359), 1);
    EXPECT_EQ(*at(3360), 4);
}

TEST_F(RenewedTest, IsNotUsedAfterItsEnd) {
    EXPECT_EQ(*at(0), 1);
    failure = Error{ErrorCode::Unavailable, "down"};
    EXPECT_EQ(*at(3590), 1);
    const auto out = at(3600);
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().message, "down");
}

TEST_F(RenewedTest, ARefusalIsToldAtOnce) {
    EXPECT_EQ(*at(0), 1);
    failure = Error{ErrorCode::Forbidden, "no"};
    EXPECT_EQ(at(3300).error().code, ErrorCode::Forbidden);
}

}  // namespace
}  // namespace serin::sources
