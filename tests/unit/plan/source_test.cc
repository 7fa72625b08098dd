// A spec whose model comes from a source: what a look at it changes, and what it does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/source_refresh.h"
#include "world.h"

namespace serin::plan::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// The source of a World: `found` is what looks answer, until `down`. Revisions are named by the version.
class Registry {
  public:
    explicit Registry(World& world) : world_(world) {
        api::ModelSource source;
        source.uri = "mlflow://fraud@champion";
        source.follow = std::chrono::minutes(1);
        world.object().spec.source = source;
        edit("as written first");
        world.decode = [this] { decode(); };
    }
    Registry(const Registry&) = delete;

    // A person changes the spec.
    void edit(const std::string& written) {
        world_.object().spec.written = written;
        ++world_.object().meta.generation;
    }
    // A look ends with this version, at what is asked now.
    void find(const std::string& version) {
        look();
        world_.seen.source->model = api::ResolvedModel{"mlflow:fraud/" + version, version, {}, 5, 1204};
    }
    void fail(const std::string& reason, const std::string& message) {
        look();
        world_.seen.source->reason = reason;
        world_.seen.source->message = message;
    }
    // The process is another one.
    void restart() { world_.seen.source.reset(); }

  private:
    void look() {
        world_.seen.source = api::SourceLook{world_.object().spec.written,
                                             api::refreshAsked(world_.object().meta), std::nullopt, "", ""};
    }
    // As the codec does.
    void decode() {
        api::Spec& spec = world_.object().spec;
        const auto& known = world_.status().source;
        spec.unresolved = !known || known->written != spec.written;
        spec.revision = spec.unresolved ? "" : known->model.version;
        spec.modelId = spec.unresolved ? "" : known->model.id;
        spec.model.version = spec.revision;
    }

    World& world_;
};

const api::Condition& condition(const World& world, const std::string& type) {
    static const api::Condition none;
    for (const api::Condition& each : world.seen.object.status.conditions) {
        if (each.type == type) return each;
    }
    return none;
}
auto says(const std::string& status, const std::string& reason) {
    return AllOf(Field(&api::Condition::status, status), Field(&api::Condition::reason, reason));
}

class SourcePlan : public ::testing::Test {
  protected:
    // v1 serves.
    void serve() {
        registry.find("v1");
        ASSERT_TRUE(world.settle());
        ASSERT_EQ(world.status().phase, "Stable");
        ASSERT_EQ(world.status().stable->revision, "v1");
    }
    static api::Judgement harmful(const api::JudgeOrder& order) {
        api::Judgement said = World::calmAndSafe(order);
        said.harm = order.mode == api::JudgeMode::Compare;
        said.headline = "canary errs 10 % against 0 %";
        return said;
    }

    World world;
    Registry registry{world};
};

TEST_F(SourcePlan, NothingStartsBeforeTheSourceIsKnown) {
    ASSERT_TRUE(world.settle());
    EXPECT_THAT(world.actions, IsEmpty());
    EXPECT_THAT(condition(world, "SourceReady"), says("Unknown", "Resolving"));
    EXPECT_THAT(condition(world, "Ready"), says("False", "Resolving"));
    EXPECT_THAT(condition(world, "Accepted"), says("True", "Accepted"));
    EXPECT_THAT(condition(world, "Stalled"), says("False", "Progressing"));
    EXPECT_EQ(world.status().message, "no version was ready yet; mlflow://fraud@champion is being looked up");
}

TEST_F(SourcePlan, TheFirstLookStartsTheFirstVersion) {
    serve();
    EXPECT_THAT(world.actions, Contains("create v1 4"));
    ASSERT_TRUE(world.status().source);
    EXPECT_EQ(world.status().source->model.id, "mlflow:fraud/v1");
    EXPECT_EQ(world.status().source->resolvedAt, World::kStart);
    EXPECT_THAT(condition(world, "SourceReady"), says("True", "Resolved"));
    EXPECT_THAT(condition(world, "SourceReady").message,
                StartsWith("mlflow://fraud@champion is version v1 (mlflow:fraud/v1) since "));
    EXPECT_THAT(world.events, Contains(Field(&api::EventNote::reason, "SourceResolved")));
}

TEST_F(SourcePlan, FilesAreCountedWhereTheStoreTellsThem) {
    serve();
    EXPECT_THAT(condition(world, "SourceReady").message, HasSubstr(": 5 files, 1204 bytes"));
    registry.find("v2");
    world.seen.source->model->files = world.seen.source->model->bytes = 0;
    ASSERT_TRUE(world.settle());
    ASSERT_EQ(world.status().source->model.version, "v2");
    EXPECT_THAT(condition(world, "SourceReady").message, Not(HasSubstr("files")));
}

TEST_F(SourcePlan, AStoreThatIsDownBeforeTheFirstLookIsSaid) {
    registry.fail("StoreUnavailable", "GET http://mlflow:5000/… answered 503");
    ASSERT_TRUE(world.settle());
    EXPECT_THAT(world.actions, IsEmpty());
    EXPECT_THAT(condition(world, "SourceReady"), says("False", "StoreUnavailable"));
    EXPECT_THAT(world.status().message, EndsWith("goes on: GET http://mlflow:5000/… answered 503"));
    EXPECT_THAT(condition(world, "Stalled").status, "False");  // it comes back by itself
}

TEST_F(SourcePlan, WhatAPersonMustMendIsAStall) {
    for (const char* reason : {"NotFound", "StoreForbidden", "CredentialsForbidden", "Invalid"}) {
        registry.fail(reason, "no");
        ASSERT_TRUE(world.settle());
        EXPECT_THAT(condition(world, "Stalled"), says("True", reason));
    }
}

TEST_F(SourcePlan, ALookThatFindsTheSameWritesNothing) {
    serve();
    ASSERT_TRUE(world.pass(60));
    world.writes.clear();
    registry.find("v1");
    ASSERT_TRUE(world.settle());
    EXPECT_THAT(world.writes, IsEmpty());
}

TEST_F(SourcePlan, AnAliasThatMovesIsRolledOutAsAnEditIs) {
    serve();
    world.seen.at += std::chrono::minutes(5);
    registry.find("v2");
    ASSERT_TRUE(world.settle());
    ASSERT_TRUE(world.reach("Soaking"));
    EXPECT_EQ(world.status().stable->revision, "v2");
    EXPECT_EQ(world.status().stable->version, "v2");
    EXPECT_EQ(world.status().source->resolvedAt, World::kStart + std::chrono::minutes(5));
}

TEST_F(SourcePlan, AnAliasThatMovesOnDuringARolloutEndsIt) {
    serve();
    registry.find("v2");
    ASSERT_TRUE(world.reach("Step 1/2: Judging"));
    registry.find("v3");
    ASSERT_TRUE(world.reach("Evaluating"));
    EXPECT_EQ(world.status().rollout->revision, "v3");
    EXPECT_EQ(world.status().stable->revision, "v1");
}

TEST_F(SourcePlan, AnAliasThatMovesBackTakesTheTrafficBack) {
    serve();
    registry.find("v2");
    ASSERT_TRUE(world.reach("Step 1/2: Judging"));
    registry.find("v1");
    ASSERT_TRUE(world.reach("Stable"));
    EXPECT_EQ(world.status().history.front().outcome, "Reverted");
    EXPECT_THAT(world.status().quarantined, IsEmpty());
}

TEST_F(SourcePlan, AnIdThatWasRolledBackIsNotDeployedAgain) {
    serve();
    world.judge = harmful;
    registry.find("v2");
    ASSERT_TRUE(world.reach("RolledBack"));
    registry.find("v1");
    ASSERT_TRUE(world.reach("Stable"));
    world.actions.clear();
    registry.find("v2");
    ASSERT_TRUE(world.reach("Quarantined"));
    ASSERT_TRUE(world.pass(120));
    EXPECT_THAT(world.actions, IsEmpty());
    EXPECT_THAT(world.status().message,
                AllOf(StartsWith("mlflow://fraud@champion points to version v2 (mlflow:fraud/v2), which was "
                                 "rolled back at 2"),
                      HasSubstr("to insist: kubectl annotate"), EndsWith("serin.dev/retry=v2.1")));
    registry.find("v3");
    ASSERT_TRUE(world.reach("Evaluating"));  // another one is tried
}

TEST_F(SourcePlan, AStoreThatGoesDownDuringARolloutChangesNothingOfIt) {
    serve();
    registry.find("v2");
    ASSERT_TRUE(world.reach("Step 1/2: Judging"));
    registry.fail("StoreUnavailable", "GET http://mlflow:5000/… was not answered");
    ASSERT_TRUE(world.reach("Soaking"));
    EXPECT_EQ(world.status().stable->revision, "v2");
    EXPECT_THAT(condition(world, "SourceReady"), says("False", "StoreUnavailable"));
    EXPECT_THAT(condition(world, "SourceReady").message, HasSubstr("goes on as version v2"));
    EXPECT_THAT(condition(world, "Ready").status, "True");
}

TEST_F(SourcePlan, ARolloutIsTakenBackWithoutTheStore) {
    serve();
    registry.find("v2");
    ASSERT_TRUE(world.reach("Step 1/2: Judging"));
    registry.fail("StoreUnavailable", "down");
    registry.edit("edited while it is down");
    ASSERT_TRUE(world.pass(5));
    EXPECT_EQ(world.status().phase, "Step 1/2: Judging");
    EXPECT_EQ(world.status().rollout->revision, "v2");
    world.judge = harmful;
    ASSERT_TRUE(world.reach("RolledBack", 60));
    EXPECT_EQ(world.status().stable->revision, "v1");
}

TEST_F(SourcePlan, AnEditThatCannotBeLookedUpHoldsTheRolloutWhereItIs) {
    serve();
    registry.find("v2");
    ASSERT_TRUE(world.reach("Step 1/2: Judging"));
    registry.edit("edited while it is down");
    registry.fail("StoreUnavailable", "down");
    ASSERT_TRUE(world.pass(600));
    EXPECT_THAT(world.status().phase, StartsWith("Step 1/2"));
    EXPECT_THAT(condition(world, "Ready"), says("False", "StoreUnavailable"));
    registry.find("v2");
    ASSERT_TRUE(world.reach("Soaking"));
}

TEST_F(SourcePlan, ALookAtWhatWasWrittenBeforeIsNoAnswer) {
    serve();
    registry.find("v2");
    registry.edit("edited");
    ASSERT_TRUE(world.settle());
    EXPECT_EQ(world.status().source->model.version, "v1");
    EXPECT_THAT(condition(world, "SourceReady"), says("Unknown", "Resolving"));
    EXPECT_THAT(world.status().phase, "Stable");
}

TEST_F(SourcePlan, AfterARestartWhatWasFoundStillCounts) {
    serve();
    registry.fail("StoreUnavailable", "down");
    ASSERT_TRUE(world.settle());
    world.writes.clear();
    registry.restart();
    ASSERT_TRUE(world.settle());
    EXPECT_THAT(world.writes, IsEmpty());
    EXPECT_THAT(condition(world, "SourceReady"), says("False", "StoreUnavailable"));
    registry.find("v1");
    ASSERT_TRUE(world.settle());
    EXPECT_THAT(condition(world, "SourceReady"), says("True", "Resolved"));
}

TEST_F(SourcePlan, ARefreshIsRecordedOnceItWasObeyed) {
    serve();
    world.annotate(api::kRefreshAnnotation, "today");
    registry.fail("StoreUnavailable", "down");
    ASSERT_TRUE(world.settle());
    EXPECT_EQ(world.status().source->refresh, "");
    registry.find("v1");
    ASSERT_TRUE(world.settle());
    EXPECT_EQ(world.status().source->refresh, "today");
    EXPECT_EQ(world.status().source->resolvedAt, World::kStart);
}

TEST_F(SourcePlan, WhilePausedTheSourceIsFollowedAndNothingElse) {
    serve();
    world.object().spec.paused = true;
    world.actions.clear();
    registry.find("v2");
    ASSERT_TRUE(world.pass(60));
    EXPECT_THAT(world.actions, IsEmpty());
    EXPECT_EQ(world.status().source->model.version, "v2");
    EXPECT_THAT(world.status().message, HasSubstr("spec.paused"));
}

TEST_F(SourcePlan, WithoutASourceThereIsNoSuchCondition) {
    serve();
    world.object().spec.source.reset();
    world.decode = [] {};
    ASSERT_TRUE(world.settle());
    EXPECT_FALSE(world.status().source);
    EXPECT_THAT(world.status().conditions, Not(Contains(Field(&api::Condition::type, "SourceReady"))));
}

}  // namespace
}  // namespace serin::plan::testing
