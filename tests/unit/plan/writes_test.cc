#include <gtest/gtest.h>

#include <iostream>

#include "world.h"

namespace serin::plan::testing {
namespace {

int sumOf(const std::map<std::string, int>& writes) {
    int sum = 0;
    for (const auto& [what, count] : writes) sum += count;
    return sum;
}

void print(const std::map<std::string, int>& writes) {
    for (const auto& [what, count] : writes) std::cout << "  " << count << "  " << what << "\n";
    std::cout << "  " << sumOf(writes) << "  in all\n";
}

World tenPods() {
    World world;
    world.object().spec.replicas = 10;
    const Duration hold = std::chrono::seconds(20);
    world.object().spec.rollout.steps = {{10, hold, false}, {25, hold, false}, {50, hold, false}};
    world.want("v1");
    EXPECT_TRUE(world.settle());
    world.writes.clear();
    return world;
}

// From the change of the spec until the old version's objects are gone. Holds are short, so that no write for
// evidence alone (one a minute) is among them.
TEST(Writes, OfARolloutWithThreeStepsAreAtMostTwentyThree) {
    World world = tenPods();
    world.want("v2");
    EXPECT_TRUE(world.reach("Step 3/3"));
    EXPECT_TRUE(world.reach("Stable"));
    EXPECT_TRUE(world.pass(5));
    EXPECT_EQ(world.status().stable->revision, "v2");
    EXPECT_TRUE(world.once().empty());
    print(world.writes);
    EXPECT_LE(sumOf(world.writes), 23);
}

// Ten pods that come up a pod every two seconds would be a write each, were counts written as they change.
TEST(Writes, AreNotAskedForByEveryPodThatComesUp) {
    World world = tenPods();
    world.podEvery = std::chrono::seconds(2);
    world.want("v2");
    EXPECT_TRUE(world.reach("Soaking"));
    EXPECT_TRUE(world.reach("Stable"));
    EXPECT_TRUE(world.pass(5));
    print(world.writes);
    EXPECT_LE(sumOf(world.writes), 23);
}

TEST(Writes, OfAReturnAreFew) {
    World world = tenPods();
    world.want("v2");
    EXPECT_TRUE(world.reach("Step 1/3: Judging"));
    world.writes.clear();
    world.judge = [](const api::JudgeOrder& order) {
        api::Judgement said = World::calmAndSafe(order);
        said.harm = order.mode == api::JudgeMode::Compare;
        said.headline = "canary errs 10 % against 0 %";
        return said;
    };
    EXPECT_TRUE(world.reach("RolledBack", 20));
    EXPECT_TRUE(world.pass(60));
    print(world.writes);
    // The route, its record, its event; the pods; the end, the Service.
    EXPECT_LE(sumOf(world.writes), 6);
}

// Whatever is judged meanwhile, and though its numbers differ at every look.
TEST(Writes, ForEvidenceAreOneAMinute) {
    World world = tenPods();
    world.object().spec.rollout.steps = {{50, std::chrono::hours(1), false}};
    world.want("v2");
    EXPECT_TRUE(world.reach("Step 1/1: Judging"));
    world.writes.clear();
    world.judge = [&world](const api::JudgeOrder& order) {
        api::Judgement said = World::calmAndSafe(order);
        said.state = std::to_string(world.seen.at.time_since_epoch().count());
        said.headline = "errors 0.5 % against 0.4 % of " + said.state + " requests";
        return said;
    };
    EXPECT_TRUE(world.pass(600));
    print(world.writes);
    EXPECT_LE(sumOf(world.writes), 11);
    EXPECT_GE(sumOf(world.writes), 9);
}

TEST(Writes, AtRestAreNone) {
    World world = tenPods();
    EXPECT_TRUE(world.pass(3600));
    EXPECT_TRUE(world.writes.empty());
    EXPECT_FALSE(world.last.wakeAt);
}

}  // namespace
}  // namespace serin::plan::testing
