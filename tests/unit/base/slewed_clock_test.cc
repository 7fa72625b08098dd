#include "base/slewed_clock.h"

#include <gtest/gtest.h>

#include <utility>

namespace serin {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// A machine whose wall clock somebody sets.
class Machine final : public Clock {
  public:
    Timestamp wall() const override { return Timestamp(hours(500'000)) + passed + set; }
    Duration sinceBoot() const override { return hours(1) + passed; }

    Duration passed{0};
    Duration set{0};
};

class SlewedTime : public testing::Test {
  protected:
    Duration pass(Duration time, Duration every = milliseconds(100)) {
        const Timestamp before = clock.wall();
        for (Duration gone{0}; gone < time; gone += every) {
            machine.passed += every;
            const Timestamp last = std::exchange(shown, clock.wall());
            EXPECT_GE(shown, last) << "it went back";
        }
        return shown - before;
    }

    Machine machine;
    SlewedClock clock{machine};
    Timestamp shown;
};

TEST_F(SlewedTime, IsTheWallsAsLongAsNobodySetsIt) {
    EXPECT_EQ(clock.wall(), machine.wall());
    EXPECT_EQ(pass(minutes(10)), minutes(10));
    EXPECT_EQ(clock.wall(), machine.wall());
    EXPECT_EQ(clock.sinceBoot(), machine.sinceBoot());
}

TEST_F(SlewedTime, DoesNotJumpWhenTheWallDoes) {
    for (const Duration jump : {Duration(hours(1)), Duration(hours(-2))}) {
        const Timestamp before = clock.wall();
        machine.set += jump;
        EXPECT_EQ(clock.wall(), before);
    }
}

TEST_F(SlewedTime, LetsNoWaitDifferByMoreThanATwentieth) {
    machine.set = hours(1);
    EXPECT_EQ(pass(minutes(5)), minutes(5) + seconds(15));
    machine.set = hours(-1);
    EXPECT_EQ(pass(minutes(5)), minutes(5) - seconds(15));
}

TEST_F(SlewedTime, IsTheWallsAgainAfterAWhile) {
    for (const Duration jump : {Duration(hours(1)), Duration(hours(-1))}) {
        machine.set = jump;
        pass(hours(41), seconds(1));
        EXPECT_EQ(clock.wall(), machine.wall());
    }
}

TEST_F(SlewedTime, FollowsAlsoWhenItIsAskedAllTheTime) {
    machine.set = hours(1);
    EXPECT_GT(pass(minutes(1), milliseconds(1)), minutes(1) + seconds(2));
}

TEST_F(SlewedTime, CatchesUpAtOnceAfterALongSilence) {
    machine.set = minutes(1);
    machine.passed += hours(1);
    EXPECT_EQ(clock.wall(), machine.wall());
}

}  // namespace
}  // namespace serin
