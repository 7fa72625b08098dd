#include "runtime/targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace serin::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TargetsTest : public ::testing::Test {
  protected:
    TargetsTest() {
        split.versions["old"].endpoints = {{"o1", "fraud-old-1", "198.18.0.1", true},
                                           {"o2", "fraud-old-2", "198.18.0.2", false}};
        split.versions["new"].endpoints = {{"n1", "fraud-new-1", "198.18.0.3", true}};
        split.versions["third"].endpoints = {{"t1", "fraud-third-1", "198.18.0.4", true}};
        runtimes["old"].ports = {8000, 0, 8001};
        runtimes["old"].metricsPath = "/old";
        other.ports = {9000, 0, 9001};
        other.metricsPath = "/new";
        other.readyPath = "/ready";
        order.mode = api::JudgeMode::Compare;
        order.stable = "old";
        order.canary = "new";
    }
    api::Split split;
    std::map<std::string, api::Runtime> runtimes;
    api::Runtime other;
    api::JudgeOrder order;
    KnownRuntimes known() { return {runtimes, other}; }
};

TEST_F(TargetsTest, AreThePodsOfBothArmsAndNoOthers) {
    const auto targets = judgedTargets(order, {"new"}, split, known());
    ASSERT_EQ(targets.size(), 3u);
    EXPECT_EQ(targets[0].podUid, "n1");
    EXPECT_EQ(targets[0].arm, signals::Arm::Canary);
    EXPECT_EQ(targets[0].metricsPort, 9001);
    EXPECT_EQ(targets[0].metricsPath, "/new");
    EXPECT_TRUE(targets[0].askModel);
    EXPECT_EQ(targets[1].podUid, "o1");
    EXPECT_EQ(targets[1].arm, signals::Arm::Stable);
    EXPECT_EQ(targets[1].metricsPort, 8001);
    EXPECT_FALSE(targets[1].askModel);
    EXPECT_FALSE(targets[2].ready);
}

TEST_F(TargetsTest, AreNoneWhenNothingIsJudged) {
    order.mode = api::JudgeMode::Off;
    EXPECT_THAT(judgedTargets(order, {}, split, known()), IsEmpty());
}

TEST_F(TargetsTest, ForQuestionsAreReadyPodsThatHaveSomethingToAsk) {
    const auto targets = askedTargets({"old", "new", "gone"}, split, known());
    ASSERT_EQ(targets.size(), 1u);  // of "old" nothing is known to ask
    EXPECT_EQ(targets[0].podUid, "n1");
    EXPECT_EQ(targets[0].readyPort, 9000);
    EXPECT_EQ(targets[0].readyPath, "/ready");
}

}  // namespace
}  // namespace serin::runtime
