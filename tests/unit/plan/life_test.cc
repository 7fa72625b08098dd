#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.h"

namespace serin::plan::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// v1 serves with four pods and nothing is left to do.
World serving() {
    World world;
    world.want("v1");
    EXPECT_TRUE(world.settle());
    EXPECT_EQ(world.status().phase, "Stable");
    world.actions.clear();
    world.events.clear();
    return world;
}

World stepping() {
    World world = serving();
    world.want("v2");
    EXPECT_TRUE(world.reach("Step 1/2: Judging"));
    return world;
}

api::Judgement harmful(const api::JudgeOrder& order) {
    api::Judgement said = World::calmAndSafe(order);
    if (order.mode != api::JudgeMode::Evaluate) {
        said.harm = true;
        said.safe = false;
        said.verdict = api::Verdict::Harm;
        said.headline = "canary errs 10 % against 0 %";
    }
    return said;
}

TEST(Life, TheFirstVersionGoesStraightToFullSizeWithoutCanary) {
    World world;
    world.want("v1");
    EXPECT_TRUE(world.settle());
    EXPECT_THAT(world.actions, ElementsAre("create v1 4"));
    EXPECT_EQ(world.status().stable->revision, "v1");
    EXPECT_EQ(world.status().stable->weight, 100);
    EXPECT_FALSE(world.status().rollout);
    EXPECT_TRUE(world.once().empty());
}

TEST(Life, AGoodVersionIsPromotedStepByStepAndNothingRestarts) {
    World world = serving();
    world.want("v2");
    EXPECT_TRUE(world.reach("Soaking"));
    EXPECT_THAT(world.actions, ElementsAre("create v2 0", "scale v2 1", "route *", "scale v2 4", "route v2"));
    EXPECT_EQ(world.status().stable->revision, "v2");
    EXPECT_EQ(world.status().previous->revision, "v1");
    EXPECT_TRUE(world.pass(31));
    EXPECT_EQ(world.status().phase, "Stable");
    EXPECT_EQ(world.actions.back(), "scale v1 0");
    EXPECT_EQ(world.status().history.front().outcome, "Promoted");
    EXPECT_TRUE(world.once().empty());
}

TEST(Life, TakingBackIsOneWriteThatCarriesTheDecision) {
    World world = stepping();
    world.judge = harmful;
    world.actions.clear();
    world.seen.at += std::chrono::seconds(1);
    world.once();
    ASSERT_EQ(world.last.actionsFirst.size(), 1u);
    EXPECT_THAT(world.actions, ElementsAre("route v1"));
    EXPECT_TRUE(world.pass(7));
    EXPECT_THAT(world.actions, ElementsAre("route v1", "scale v2 0"));
    EXPECT_EQ(world.status().phase, "RolledBack");
    EXPECT_THAT(world.status().message, HasSubstr("canary errs 10 % against 0 %"));
    EXPECT_EQ(world.status().quarantined.front().revision, "v2");
    EXPECT_EQ(world.status().analysis->verdict, "Harm");
    EXPECT_THAT(world.status().rollout->next, HasSubstr("serin.dev/retry=v2.1"));
    EXPECT_TRUE(world.once().empty());
}

TEST(Life, ADeathBetweenTheRoutingWriteAndItsRecordIsFinishedByTheNextProcess) {
    World world = stepping();
    world.judge = harmful;
    world.obeyStatus = false;
    world.seen.at += std::chrono::seconds(1);
    world.once();
    world.obeyStatus = true;
    world.judge = World::calmAndSafe;  // the evidence died with the process
    world.actions.clear();
    EXPECT_TRUE(world.pass(7));
    EXPECT_EQ(world.status().phase, "RolledBack");
    EXPECT_THAT(world.actions, Not(Contains("route *")));
    EXPECT_EQ(world.status().history.front().reason, "canary errs 10 % against 0 %");
}

TEST(Life, AReturnWithoutAReadyStableEndpointWaitsAndSaysSo) {
    World world = stepping();
    world.judge = harmful;
    world.broken["v1"] = true;
    world.actions.clear();
    EXPECT_TRUE(world.pass(3));
    EXPECT_THAT(world.actions, ElementsAre());
    EXPECT_THAT(world.status().message, HasSubstr("no ready endpoint"));
    world.broken["v1"] = false;
    EXPECT_TRUE(world.pass(1));
    EXPECT_THAT(world.actions, Contains("route v1"));
}

TEST(Life, PodsThatNeverGetReadyEndInARollbackAtTheProgressDeadlineWithTheReason) {
    World world = serving();
    world.broken["v2"] = true;
    world.want("v2");
    EXPECT_TRUE(world.pass(60));
    EXPECT_THAT(world.status().message, HasSubstr("image \"x\" cannot be pulled"));
    EXPECT_TRUE(world.reach("RolledBack", 700));
    EXPECT_THAT(world.status().message, HasSubstr("image \"x\" cannot be pulled"));
    EXPECT_THAT(world.actions, Not(Contains("route *")));
}

TEST(Life, AQuarantinedRevisionStartsAgainOnlyByRetry) {
    World world = stepping();
    world.judge = harmful;
    EXPECT_TRUE(world.reach("RolledBack"));
    world.judge = World::calmAndSafe;
    world.want("v1");
    EXPECT_TRUE(world.pass(2));
    EXPECT_EQ(world.status().phase, "Stable");
    world.want("v2");
    EXPECT_TRUE(world.pass(60));
    EXPECT_EQ(world.status().phase, "Quarantined");
    world.annotate(api::kRetryAnnotation, "v2.7");
    EXPECT_TRUE(world.pass(2));
    EXPECT_EQ(world.status().phase, "Quarantined");
    world.annotate(api::kRetryAnnotation, "v2.1");
    EXPECT_TRUE(world.pass(1));
    EXPECT_EQ(world.status().rollout->attempt, 2);
    EXPECT_TRUE(world.reach("Soaking"));
    EXPECT_TRUE(world.pass(60));
    EXPECT_EQ(world.status().phase, "Stable");
}

TEST(Life, AThirdRevisionFirstReturnsTheTrafficAndThenStartsOver) {
    World world = stepping();
    world.actions.clear();
    world.want("v3");
    EXPECT_TRUE(world.pass(1));
    EXPECT_TRUE(world.reach("Step 1/2: Judging"));
    EXPECT_EQ(world.status().rollout->revision, "v3");
    EXPECT_THAT(world.actions, ElementsAre("route v1", "scale v2 0", "create v3 0", "scale v3 1", "route *"));
    EXPECT_EQ(world.status().history.front().outcome, "Superseded");
}

TEST(Life, ApplyingTheStableSpecAgainIsAnImmediateRollback) {
    World world = stepping();
    world.actions.clear();
    world.want("v1");
    world.seen.at += std::chrono::seconds(1);
    world.once();
    EXPECT_THAT(world.actions, ElementsAre("route v1"));
    EXPECT_TRUE(world.pass(8));
    EXPECT_EQ(world.status().phase, "Stable");
    EXPECT_EQ(world.status().history.front().outcome, "Reverted");
    EXPECT_TRUE(world.status().quarantined.empty());
}

TEST(Life, AbortBeatsPromoteAndNeitherIsObeyedTwice) {
    World world = stepping();
    world.annotate(api::kPromoteAnnotation, "v2.1");
    world.annotate(api::kAbortAnnotation, "v2.1");
    EXPECT_TRUE(world.reach("Aborted", 10));
    EXPECT_TRUE(world.status().quarantined.empty());
    world.annotate(api::kRetryAnnotation, "v2.1");
    EXPECT_TRUE(world.pass(3));
    EXPECT_EQ(world.status().rollout->attempt, 2);
    EXPECT_TRUE(world.reach("Step 1/2: Judging"));
}

TEST(Life, PromoteSkipsTheRemainingSteps) {
    World world = stepping();
    world.actions.clear();
    world.annotate(api::kPromoteAnnotation, "v2.1");
    EXPECT_TRUE(world.pass(2));
    EXPECT_THAT(world.actions, ElementsAre("scale v2 4", "route v2"));
}

TEST(Life, AnApprovalStepWaitsForItsOwnApproval) {
    World world = serving();
    world.object().spec.rollout.steps = {
        {25, std::chrono::seconds(5), false}, {0, Duration(0), true}, {50, std::chrono::seconds(5), false}};
    world.want("v2");
    EXPECT_TRUE(world.reach("Step 2/3: Waiting for approval"));
    EXPECT_THAT(world.status().rollout->next, HasSubstr("serin.dev/approve=v2.1.1"));
    world.annotate(api::kApproveAnnotation, "v2.1.0");
    EXPECT_TRUE(world.pass(30));
    EXPECT_EQ(world.status().phase, "Step 2/3: Waiting for approval");
    world.annotate(api::kApproveAnnotation, "v2.1.1");
    EXPECT_TRUE(world.reach("Step 3/3: Judging", 5));
}

TEST(Life, PauseStopsTheWayOnButNotTheWayBack) {
    World world = stepping();
    world.object().spec.paused = true;
    EXPECT_TRUE(world.pass(300));
    EXPECT_EQ(world.status().rollout->step, 0);
    EXPECT_THAT(world.status().message, HasSubstr("paused"));
    world.judge = harmful;
    EXPECT_TRUE(world.reach("RolledBack", 10));
}

TEST(Life, ARollbackDuringTheSoakReturnsToTheVersionBefore) {
    World world = serving();
    world.want("v2");
    EXPECT_TRUE(world.reach("Soaking"));
    world.judge = harmful;
    world.actions.clear();
    EXPECT_TRUE(world.reach("RolledBack", 10));
    EXPECT_THAT(world.actions, ElementsAre("route v1", "scale v2 0"));
    EXPECT_EQ(world.status().stable->revision, "v1");
}

TEST(Life, StableFollowsIncreasesAtOnceAndDecreasesAfterTheRollout) {
    World world = stepping();
    world.object().spec.replicas = 8;
    EXPECT_TRUE(world.pass(2));
    EXPECT_EQ(world.replicas("v1"), 8);
    EXPECT_EQ(world.replicas("v2"), 3);
    world.object().spec.replicas = 2;
    EXPECT_TRUE(world.pass(2));
    EXPECT_EQ(world.replicas("v1"), 8);
    EXPECT_TRUE(world.reach("Stable"));
    EXPECT_EQ(world.replicas("v2"), 2);
}

TEST(Life, WhilePausedStableFollowsIncreasesButNoDecreaseEither) {
    World world = stepping();
    world.object().spec.paused = true;
    world.object().spec.replicas = 6;
    ASSERT_TRUE(world.settle());
    EXPECT_EQ(world.replicas("v1"), 6);
    world.object().spec.replicas = 4;
    ASSERT_TRUE(world.settle());
    EXPECT_EQ(world.replicas("v1"), 6);
}

TEST(Life, AClockThatIsSetBackWhilePodsComeUpCausesNoWriteAfterTheOther) {
    World world = serving();
    world.podEvery = std::chrono::seconds(3);
    world.want("v2");
    ASSERT_TRUE(world.reach("Starting"));
    world.seen.at -= std::chrono::seconds(100);
    for (auto& [revision, coming] : world.coming) coming.since -= std::chrono::seconds(100);
    EXPECT_TRUE(world.reach("Step 1/2: Judging"));
    EXPECT_TRUE(world.pass(1));
}

TEST(Life, NoReplicasEndsTheRolloutAndItBeginsAnewWhenTheyAreBack) {
    World world = stepping();
    world.object().spec.replicas = 0;
    EXPECT_TRUE(world.pass(10));
    EXPECT_EQ(world.replicas("v2"), 0);
    EXPECT_EQ(world.replicas("v1"), 0);
    world.object().spec.replicas = 4;
    EXPECT_TRUE(world.reach("Step 1/2: Judging"));
}

TEST(Life, ATemplateThatIsRefusedIsNotAcceptedAndTouchesNothing) {
    World world = serving();
    world.want("v2");
    world.seen.refusals = {{"fraud-v2", "ReplicaSet", "v2", false,
                            "spec.template.spec.containerz: unknown field", world.seen.at}};
    EXPECT_TRUE(world.pass(50));
    EXPECT_THAT(world.actions, ElementsAre());
    EXPECT_THAT(world.status().message, HasSubstr("containerz"));
    EXPECT_EQ(world.status().stable->revision, "v1");
}

TEST(Life, AFirstVersionThatNeverGetsReadyIsStalledAndReplacedAtOnce) {
    World world;
    world.broken["v1"] = true;
    world.want("v1");
    EXPECT_TRUE(world.pass(620));
    EXPECT_THAT(world.status().message, HasSubstr("cannot be pulled"));
    world.want("v2");
    EXPECT_TRUE(world.pass(3));
    EXPECT_EQ(world.status().stable->revision, "v2");
    EXPECT_EQ(world.replicas("v1"), 0);
}

TEST(Life, WithoutDataTheTrafficGoesBackAfterHoldAtMostWithoutQuarantine) {
    World world = stepping();
    const Timestamp since = world.seen.at;
    world.judge = [since](const api::JudgeOrder& order) {
        api::Judgement said = World::calmAndSafe(order);
        said.noDataSince = since;
        said.holding = "no requests reach the canary";
        return said;
    };
    EXPECT_TRUE(world.pass(300));
    EXPECT_EQ(world.status().phase, "Step 1/2: Holding, no data");
    EXPECT_TRUE(world.reach("Withdrawn", 400));
    EXPECT_TRUE(world.status().quarantined.empty());
    EXPECT_THAT(world.status().message, HasSubstr("no requests reach the canary"));
}

TEST(Life, AtTheDeadlineAnInconclusiveStepPausesAndALateSafeResumes) {
    World world = stepping();
    world.judge = [](const api::JudgeOrder& order) {
        api::Judgement said = World::calmAndSafe(order);
        said.canaryRequestsInStep = 3;
        return said;
    };
    EXPECT_TRUE(world.reach("Step 1/2: Inconclusive", 3000));
    EXPECT_THAT(world.status().rollout->next, HasSubstr("serin.dev/promote=v2.1"));
    world.judge = World::calmAndSafe;
    EXPECT_TRUE(world.reach("Step 2/2", 5));
}

}  // namespace
}  // namespace serin::plan::testing
