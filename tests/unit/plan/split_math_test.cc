#include "plan/split_math.h"

#include <gtest/gtest.h>

namespace serin::plan {
namespace {

api::Step weight(int percent, int seconds) {
    return {percent, std::chrono::seconds(seconds), false};
}

TEST(CanaryPods, RoundHalfUpAndAreNeverNone) {
    EXPECT_EQ(canaryPods(4, 5), 1);
    EXPECT_EQ(canaryPods(4, 25), 1);
    EXPECT_EQ(canaryPods(4, 27), 1);
    EXPECT_EQ(canaryPods(4, 28), 2);
    EXPECT_EQ(canaryPods(4, 50), 4);
    EXPECT_EQ(canaryPods(10, 20), 3);  // 2.5 rounds up
    EXPECT_EQ(canaryPods(1, 50), 1);
    EXPECT_EQ(canaryPods(0, 50), 1);
}

TEST(CanaryPods, NeverFallWhenTheWeightOrTheStablePodsRise) {
    for (int pods = 1; pods <= 60; ++pods) {
        for (int percent = 2; percent <= 50; ++percent) {
            EXPECT_GE(canaryPods(pods, percent), canaryPods(pods, percent - 1));
            EXPECT_GE(canaryPods(pods + 1, percent), canaryPods(pods, percent));
            EXPECT_LE(canaryPods(pods, percent), pods);
        }
    }
}

TEST(FreezeSteps, StepsWithEquallyManyPodsAreOneWithTheLongestHold) {
    const auto steps = freezeSteps({weight(5, 60), weight(10, 30), weight(50, 45)}, 4);
    ASSERT_EQ(steps.size(), 2u);
    EXPECT_EQ(steps[0].step, weight(10, 60));
    EXPECT_EQ(steps[0].replicas, 1);
    EXPECT_EQ(steps[1].replicas, 4);
}

TEST(FreezeSteps, AJudgedStepOfFiftyIsAddedBecauseGrowthPassesThroughIt) {
    const auto steps = freezeSteps({weight(25, 40), api::Step{0, Duration(0), true}}, 4);
    ASSERT_EQ(steps.size(), 3u);
    EXPECT_TRUE(steps[1].step.approval);
    EXPECT_EQ(steps[2].step, weight(50, 40));
    EXPECT_EQ(weightStepAtOrBefore(steps, 1), 0);
    EXPECT_EQ(weightStepAtOrAfter(steps, 1), 2);
}

TEST(FreezeSteps, WithOnePodEveryWeightIsHalf) {
    const auto steps = freezeSteps({weight(10, 30), weight(25, 60)}, 1);
    ASSERT_EQ(steps.size(), 1u);
    EXPECT_EQ(steps[0].step, weight(50, 60));
}

}  // namespace
}  // namespace serin::plan
