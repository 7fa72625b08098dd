// How far the pods of a version are with loading their model, as the status tells it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.h"

namespace serin::plan::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr uint64_t kGiga = 1'000'000'000;

class LoadingPlan : public ::testing::Test {
  protected:
    // v1 serves, and v2's pods load.
    void SetUp() override {
        world.want("v1");
        ASSERT_TRUE(world.settle());
        world.broken["v2"] = true;
        world.want("v2");
        ASSERT_TRUE(world.reach("Starting"));
        ASSERT_TRUE(world.settle());
    }
    void tell(uint64_t bytes) { world.seen.loads = api::Loads{{"v2", {bytes, 4 * kGiga}}}; }
    int statusWrites() const {
        int out = 0;
        for (const auto& [what, count] : world.writes) out += what.starts_with("status") ? count : 0;
        return out;
    }

    World world;
};

TEST_F(LoadingPlan, IsInTheMessageAndInTheCanarysStatus) {
    EXPECT_FALSE(world.status().canary->load);
    tell(kGiga * 12 / 10);
    ASSERT_TRUE(world.settle());
    EXPECT_THAT(world.status().message, HasSubstr("0 of 1 pods ready: fetching 1.2 of 4.0 GB"));
    EXPECT_EQ(world.status().canary->load, (api::LoadStatus{kGiga * 12 / 10, 4 * kGiga, world.seen.at}));
}

TEST_F(LoadingPlan, SaysWhatIsThereWhereNobodyKnowsOfHowMuch) {
    world.seen.loads = api::Loads{{"v2", {12'000'000, 0}}};
    ASSERT_TRUE(world.settle());
    EXPECT_THAT(world.status().message, HasSubstr("0 of 1 pods ready: fetching 12.0 MB"));
    EXPECT_THAT(world.status().message, Not(HasSubstr("MB of")));
    EXPECT_EQ(world.status().canary->load, (api::LoadStatus{12'000'000, 0, world.seen.at}));
}

TEST_F(LoadingPlan, IsWrittenOnceAMinute) {
    tell(0);
    ASSERT_TRUE(world.settle());
    const Timestamp since = world.seen.at;
    const int before = statusWrites();
    for (uint64_t second = 1; second < 60; ++second) {
        tell(second * kGiga / 100);
        ASSERT_TRUE(world.pass(1));
        EXPECT_EQ(world.status().canary->load, (api::LoadStatus{0, 4 * kGiga, since}));
    }
    EXPECT_LE(statusWrites(), before + 1) << "what the pods say of themselves is another matter";
    ASSERT_TRUE(world.pass(1));
    EXPECT_EQ(world.status().canary->load->bytes, 59 * kGiga / 100);
    EXPECT_EQ(world.status().canary->load->at, since + std::chrono::minutes(1));
}

TEST_F(LoadingPlan, StandsStillWithoutAWriteWhereNothingComes) {
    tell(kGiga);
    ASSERT_TRUE(world.settle());
    const auto load = world.status().canary->load;
    ASSERT_TRUE(world.pass(150));
    EXPECT_EQ(world.status().canary->load, load);
}

TEST_F(LoadingPlan, IsGoneAtOnceWhenNoPodLoads) {
    tell(kGiga);
    ASSERT_TRUE(world.settle());
    world.seen.loads = api::Loads();
    ASSERT_TRUE(world.settle());
    EXPECT_FALSE(world.status().canary->load);
    EXPECT_THAT(world.status().message, Not(HasSubstr("fetching")));
}

TEST_F(LoadingPlan, IsGoneWhenThePodsAreReadyWhateverTheySaidBefore) {
    tell(kGiga);
    ASSERT_TRUE(world.settle());
    world.broken["v2"] = false;
    ASSERT_TRUE(world.pass(1));
    ASSERT_TRUE(world.status().canary);
    EXPECT_FALSE(world.status().canary->load);
}

TEST_F(LoadingPlan, StaysWhileAProcessThatIsNewHasAskedNobody) {
    tell(kGiga);
    ASSERT_TRUE(world.settle());
    const auto load = world.status().canary->load;
    world.seen.loads.reset();
    ASSERT_TRUE(world.pass(5));
    EXPECT_EQ(world.status().canary->load, load);
}

TEST_F(LoadingPlan, IsNotTakenAlongByTheVersionThatGivesWay) {
    world.broken["v2"] = false;
    world.decode = [this] {
        auto& stable = world.status().stable;
        if (stable && stable->revision == "v1") stable->load = api::LoadStatus{1, 9, world.seen.at};
    };
    for (int i = 0; i < 300 && !world.status().previous; ++i) {
        world.seen.at += std::chrono::seconds(1);
        world.once();
    }
    ASSERT_TRUE(world.status().previous);
    EXPECT_EQ(world.status().previous->revision, "v1");
    EXPECT_FALSE(world.status().previous->load);
}

TEST_F(LoadingPlan, TakesThePlaceOfTheContainerThatHasNotFinishedAlone) {
    tell(kGiga);
    world.seen.diagnosis =
        api::Diagnosis{"v2", "not ready: init container serin-fetch has not finished", world.seen.at};
    ASSERT_TRUE(world.settle());
    EXPECT_THAT(world.status().message, HasSubstr("pods ready: fetching 1.0 of 4.0 GB"));
    world.seen.diagnosis->message = "container serin-fetch exits again and again with code 1: no room";
    ASSERT_TRUE(world.settle());
    EXPECT_THAT(world.status().message, HasSubstr("exits again and again"));
}

}  // namespace
}  // namespace serin::plan::testing
