#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.h"

namespace serin::plan::testing {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::Not;

World serving() {
    World world;
    world.want("v1");
    EXPECT_TRUE(world.settle());
    return world;
}

api::Judgement harmful(const api::JudgeOrder& order) {
    api::Judgement said = World::calmAndSafe(order);
    said.harm = order.mode == api::JudgeMode::Compare;
    said.headline = "canary errs 10 % against 0 %";
    return said;
}

auto quarantined(const std::string& revision) {
    return Contains(Field(&api::QuarantineEntry::revision, revision));
}

TEST(Quarantine, KeepsFiftyAndTheOldestGoesFirst) {
    World world = serving();
    for (int i = 0; i < 50; ++i)
        world.status().quarantined.push_back({"q" + std::to_string(i), "r", world.seen.at});
    world.judge = harmful;
    world.want("v2");
    EXPECT_TRUE(world.reach("RolledBack"));
    EXPECT_EQ(world.status().quarantined.size(), 50u);
    EXPECT_THAT(world.status().quarantined, Not(quarantined("q0")));
    EXPECT_THAT(world.status().quarantined, quarantined("q1"));
    EXPECT_EQ(world.status().quarantined.back().revision, "v2");
}

TEST(Quarantine, OfTheRevisionThatTheSpecWantsIsNotPushedOut) {
    World world = serving();
    world.judge = harmful;
    world.want("v2");
    EXPECT_TRUE(world.reach("RollingBack"));
    for (int i = 0; i < 50; ++i)
        world.status().quarantined.push_back({"q" + std::to_string(i), "r", world.seen.at});
    world.want("q0");
    EXPECT_TRUE(world.reach("Quarantined", 20));
    EXPECT_THAT(world.status().quarantined, quarantined("q0"));
    EXPECT_THAT(world.status().quarantined, quarantined("v2"));
    EXPECT_THAT(world.status().quarantined, Not(quarantined("q1")));
    EXPECT_EQ(world.status().quarantined.size(), 50u);
}

TEST(Attempts, AreNumberedOnEvenWhenFiftyOthersWereRecorded) {
    World world = serving();
    world.status().attempts.clear();
    world.status().attempts.push_back({"v2", 1, {}, false, false, "Aborted"});
    world.status().attempts.push_back({"other", 1, {}, false, false, "Aborted"});
    for (int i = 2; i < 50; ++i) world.status().attempts.push_back({"other", i, {}, false, false, "Aborted"});
    world.want("v2");
    EXPECT_TRUE(world.reach("Evaluating"));
    EXPECT_EQ(world.status().rollout->attempt, 2);
    EXPECT_EQ(world.status().attempts.size(), 50u);
    EXPECT_EQ(world.status().attempts.front().revision, "v2");
}

std::vector<api::ServicePort> mainPorts(const World& world) {
    for (const api::Service& service : world.seen.services) {
        if (service.revision.empty()) return service.ports;
    }
    return {};
}

// A port leads to pods by its name: stable's pods know only the names they were made with.
TEST(Ports, KeepTheNamesThatStablePodsKnowUntilTheNewVersionServesAlone) {
    World world = serving();
    world.object().spec.ports = {{"rest", 8000, 8080}};
    world.want("v2");
    EXPECT_TRUE(world.reach("Step 2/2: Judging"));
    ASSERT_EQ(mainPorts(world).size(), 1u);
    EXPECT_EQ(mainPorts(world)[0].name, "http");
    EXPECT_EQ(mainPorts(world)[0].port, 80);
    EXPECT_TRUE(world.reach("Soaking"));
    ASSERT_EQ(mainPorts(world).size(), 1u);
    EXPECT_EQ(mainPorts(world)[0].name, "rest");
    EXPECT_EQ(mainPorts(world)[0].port, 8000);
}

TEST(Ports, AreTheOldOnesAgainAfterAReturnInTheSoak) {
    World world = serving();
    world.object().spec.ports = {{"rest", 8000, 8080}};
    world.want("v2");
    EXPECT_TRUE(world.reach("Soaking"));
    world.annotate(api::kAbortAnnotation, "v2.1");
    EXPECT_TRUE(world.reach("Aborted", 20));
    ASSERT_EQ(mainPorts(world).size(), 1u);
    EXPECT_EQ(mainPorts(world)[0].name, "http");
    EXPECT_TRUE(world.once().empty());
}

TEST(Ports, ChangeTheirNumbersAtOnceWhenTheNamesStay) {
    World world = serving();
    world.object().spec.ports[0].port = 8000;
    EXPECT_TRUE(world.settle());
    EXPECT_EQ(mainPorts(world)[0].port, 8000);
    EXPECT_EQ(world.status().phase, "Stable");
}

}  // namespace
}  // namespace serin::plan::testing
