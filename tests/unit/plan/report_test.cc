// What the registry of a source is told of how attempts end, and what comes of telling it.
#include "plan/reporting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/source_uri.h"
#include "base/text.h"
#include "world.h"

namespace serin::plan::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

// Where an alias of MLflow is followed, and whoever is told takes it at once unless `refuses`. Revisions are
// "r" and the version's number.
class ReportPlan : public ::testing::Test {
  protected:
    ReportPlan() {
        follow("mlflow://fraud@champion");
        source().report.tags = true;
        world.decode = [this] { decode(); };
    }

    api::ModelSource& source() { return *world.object().spec.source; }
    void follow(const std::string& uri) {
        api::RegistryReport report;
        if (world.object().spec.source) report = source().report;
        world.object().spec.source = api::ModelSource();
        source().uri = uri;
        source().reference = *api::parseSource(uri);
        source().report = report;
        world.object().spec.written = "as written";
    }
    void find(const std::string& version) {
        world.seen.source =
            api::SourceLook{"as written", "", api::ResolvedModel{idOf(version), version, {}, 5, 9}, "", ""};
    }
    static std::string idOf(const std::string& version) {
        return cat("mlflow:fraud/", version, " sha256:5f1d");
    }
    static api::Judgement harmful(const api::JudgeOrder& order) {
        api::Judgement said = World::calmAndSafe(order);
        said.harm = order.mode == api::JudgeMode::Compare || order.mode == api::JudgeMode::Soak;
        said.headline = "canary errs 10 % against 0 %";
        return said;
    }
    void decode() {
        api::Spec& spec = world.object().spec;
        const auto& known = world.status().source;
        spec.unresolved = !known;
        spec.revision = known ? "r" + known->model.version : "";
        spec.modelId = known ? known->model.id : "";
        spec.model.version = known ? known->model.version : "";
        for (api::ReplicaSet& set : world.seen.replicaSets) set.modelId = idOf(set.revision.substr(1));
    }
    // What is to be told, in short words.
    std::vector<std::string> toTell() const {
        std::vector<std::string> out;
        const auto order = registryOrder(world.seen.object);
        if (!order) return out;
        for (const auto& version : order->versions) {
            out.push_back(cat(version.version, " ", version.stage, " ", version.outcome));
        }
        for (const auto& move : order->aliases) {
            out.push_back(cat(move.alias, " -> ", move.version,
                              move.from.empty() ? "" : cat(" from ", join(move.from, ","))));
        }
        return out;
    }
    void answer(const std::string& problem, bool over) {
        const auto order = registryOrder(world.seen.object);
        ASSERT_TRUE(order);
        world.seen.report = api::RegistryAnswer{order->news, problem, over};
        ASSERT_TRUE(world.settle());
    }
    // The registry takes what there is.
    void take() { answer("", true); }

    // Version 1 serves, and the registry knows.
    void serve() {
        find("1");
        ASSERT_TRUE(world.reach("Stable"));
        if (registryOrder(world.seen.object)) take();
    }
    void tryOut(const std::string& version) {
        find(version);
        ASSERT_TRUE(world.reach("Step 1/2: Judging"));
    }
    void rollBack() {
        world.judge = harmful;
        ASSERT_TRUE(world.reach("RolledBack"));
    }

    World world;
};

TEST_F(ReportPlan, WhoWantsNoReportTellsNothing) {
    source().report = {};
    find("1");
    ASSERT_TRUE(world.reach("Stable"));
    EXPECT_FALSE(world.last.report);
    EXPECT_FALSE(world.status().report);
}

TEST_F(ReportPlan, TheFirstVersionIsToldOnceItServes) {
    ASSERT_TRUE(world.settle());
    EXPECT_FALSE(world.last.report);
    find("1");
    ASSERT_TRUE(world.reach("Stable"));
    EXPECT_THAT(toTell(), ElementsAre("1 stable Promoted"));
    ASSERT_TRUE(world.last.report);
    EXPECT_EQ(world.last.report->deployment, "ml/fraud");
    EXPECT_THAT(world.last.report->evidence, HasSubstr("kubectl get -n ml md fraud -o yaml"));
    EXPECT_EQ(world.last.report->versions[0].reason, "first version");
    take();
    EXPECT_THAT(toTell(), IsEmpty());
    EXPECT_THAT(world.status().report->told, HasSubstr("r1 Promoted 20"));
    EXPECT_EQ(world.status().report->problem, "");
}

TEST_F(ReportPlan, AnAttemptIsToldWhenItBeginsAndWhenItWasPromoted) {
    serve();
    tryOut("2");
    EXPECT_THAT(toTell(), ElementsAre("2 canary Pending"));
    EXPECT_THAT(registryOrder(world.seen.object)->versions[0].reason,
                HasSubstr("attempt 1 is under way since"));
    take();
    EXPECT_THAT(toTell(), IsEmpty());
    ASSERT_TRUE(world.reach("Soaking"));
    EXPECT_THAT(toTell(), ElementsAre("2 stable Promoted", "1 superseded Promoted"));
    EXPECT_EQ(registryOrder(world.seen.object)->versions[1].reason, "version 2 serves in its place");
    take();
    EXPECT_THAT(toTell(), IsEmpty());
    ASSERT_TRUE(world.reach("Stable"));
    EXPECT_THAT(toTell(), IsEmpty());
}

TEST_F(ReportPlan, WhatWasRolledBackIsToldWithItsReason) {
    serve();
    tryOut("2");
    take();
    rollBack();
    EXPECT_THAT(toTell(), ElementsAre("2 rolled-back RolledBack"));
    EXPECT_EQ(registryOrder(world.seen.object)->versions[0].reason, "canary errs 10 % against 0 %");
    take();
    EXPECT_THAT(toTell(), IsEmpty());
}

TEST_F(ReportPlan, APromotedVersionThatIsTakenBackGivesItsStageBack) {
    serve();
    tryOut("2");
    ASSERT_TRUE(world.reach("Soaking"));
    take();
    rollBack();
    EXPECT_THAT(toTell(), UnorderedElementsAre("2 rolled-back RolledBack", "1 stable Promoted"));
}

TEST_F(ReportPlan, WhatAPersonTookBackIsWithdrawn) {
    serve();
    tryOut("2");
    world.annotate(api::kAbortAnnotation, "r2.1");
    ASSERT_TRUE(world.reach("Aborted"));
    EXPECT_THAT(toTell(), ElementsAre("2 withdrawn Aborted"));
}

TEST_F(ReportPlan, AVersionThatGaveWayToAnotherIsSuperseded) {
    serve();
    tryOut("2");
    find("3");
    ASSERT_TRUE(world.reach("Evaluating"));
    EXPECT_THAT(toTell(), ElementsAre("2 superseded Superseded", "3 canary Pending"));
}

TEST_F(ReportPlan, NothingIsLostWhileTheRegistryIsAway) {
    serve();
    tryOut("2");
    rollBack();
    world.judge = World::calmAndSafe;
    tryOut("3");
    ASSERT_TRUE(world.reach("Soaking"));
    EXPECT_THAT(toTell(), UnorderedElementsAre("3 stable Promoted", "1 superseded Promoted",
                                               "2 rolled-back RolledBack"));
}

TEST_F(ReportPlan, OfTheTimeBeforeItWasAskedForWhatServesAndWhatEndedSinceIsTold) {
    source().report = {};
    serve();
    tryOut("2");
    ASSERT_TRUE(world.reach("Soaking"));
    ASSERT_TRUE(world.reach("Stable"));
    tryOut("3");
    rollBack();
    source().report.tags = true;
    EXPECT_THAT(toTell(), UnorderedElementsAre("3 rolled-back RolledBack", "2 stable Promoted",
                                               "1 superseded Promoted"));
}

TEST_F(ReportPlan, AnotherTemplateOfTheSameModelSaysNothingOfTheModel) {
    serve();
    api::Status& status = world.status();
    status.history.insert(status.history.begin(),
                          {"other", "1", idOf("1"), "RolledBack", "it errs", World::kStart});
    EXPECT_THAT(toTell(), IsEmpty());
    // Nor when the model has given way to the next one.
    source().report.onPromoted = "champion";
    source().report.onRolledBack = "rejected";
    tryOut("2");
    take();
    ASSERT_TRUE(world.reach("Soaking"));
    EXPECT_THAT(toTell(), ElementsAre("2 stable Promoted", "1 superseded Promoted"));
}

TEST_F(ReportPlan, AnotherTemplateOfTheSameModelMovesNoAlias) {
    source().report = {false, "live", "rejected"};
    serve();
    api::Status& status = world.status();
    status.history.insert(status.history.begin(),
                          {"other", "1", idOf("1"), "RolledBack", "it errs", World::kStart});
    EXPECT_THAT(toTell(), IsEmpty());
    tryOut("2");
    ASSERT_TRUE(world.reach("Soaking"));
    EXPECT_THAT(toTell(), ElementsAre("live -> 2"));
}

TEST_F(ReportPlan, AnotherTemplateThatWasPromotedAndTakenBackSaysNothingOfTheModel) {
    source().report = {true, "live", "rejected"};
    serve();
    auto& history = world.status().history;
    history.insert(history.begin(), {"other", "1", idOf("1"), "Promoted", "it is safe", World::kStart});
    history.insert(history.begin(), {"other", "1", idOf("1"), "RolledBack", "it errs", World::kStart});
    tryOut("2");
    ASSERT_TRUE(world.reach("Soaking"));
    EXPECT_THAT(toTell(), UnorderedElementsAre("2 stable Promoted", "1 superseded Promoted", "live -> 2"));
}

TEST_F(ReportPlan, AnotherTemplateIsKnownByWhatWasToldWhereTheHistoryIsShort) {
    serve();
    api::Status& status = world.status();
    ASSERT_THAT(status.report->told, ::testing::EndsWith("; serves mlflow:fraud/1 by r1"));
    status.history = {{"other", "1", idOf("1"), "RolledBack", "it errs", World::kStart}};
    tryOut("2");
    take();
    ASSERT_TRUE(world.reach("Soaking"));
    EXPECT_THAT(toTell(), ElementsAre("2 stable Promoted", "1 superseded Promoted"));
}

TEST_F(ReportPlan, WhatHappenedBeforeTheRegistryTookAnythingIsToldOnceItDoes) {
    source().report.onRolledBack = "rejected";
    find("1");
    ASSERT_TRUE(world.reach("Stable"));
    answer("POST http://mlflow:5000/… answered 403", false);
    tryOut("2");
    rollBack();
    world.judge = World::calmAndSafe;
    tryOut("3");
    ASSERT_TRUE(world.reach("Stable"));
    answer("POST http://mlflow:5000/… answered 403", false);
    EXPECT_THAT(toTell(), UnorderedElementsAre("3 stable Promoted", "2 rolled-back RolledBack",
                                               "1 superseded Promoted", "rejected -> 2"));
    take();
    EXPECT_THAT(toTell(), IsEmpty());
}

TEST_F(ReportPlan, VersionsOfAnotherModelOrOfNoRegistryAreNotToldOf) {
    serve();
    api::Status& status = world.status();
    for (const char* id : {"mlflow:churn/2 sha256:5f1d", "mlflow:runs/1f/model sha256:5f1d", "image:2", ""}) {
        status.history.insert(status.history.begin(), {"other", "2", id, "RolledBack", "no", World::kStart});
        EXPECT_THAT(toTell(), IsEmpty()) << id;
    }
}

TEST_F(ReportPlan, AFailureIsToldOnceAndTriedAgain) {
    serve();
    tryOut("2");
    ASSERT_TRUE(world.reach("Soaking"));
    const std::string told = world.status().report->told;
    answer("POST http://mlflow:5000/… answered 503", false);
    EXPECT_EQ(world.status().report->problem, "POST http://mlflow:5000/… answered 503");
    EXPECT_EQ(world.status().report->told, told);
    EXPECT_THAT(world.events,
                Contains(::testing::AllOf(
                    Field(&api::EventNote::reason, "ReportFailed"), Field(&api::EventNote::warning, true),
                    Field(&api::EventNote::note, HasSubstr("told again later: POST")))));
    EXPECT_THAT(toTell(), Not(IsEmpty()));
    world.writes.clear();
    answer("POST http://mlflow:5000/… answered 503", false);
    EXPECT_THAT(world.writes, IsEmpty());
    ASSERT_TRUE(world.reach("Stable"));  // it holds up nothing
    take();
    EXPECT_EQ(world.status().report->problem, "");
    EXPECT_THAT(toTell(), IsEmpty());
}

TEST_F(ReportPlan, WhatTheRegistryNeverTakesIsOverWithAProblem) {
    serve();
    tryOut("2");
    answer("POST http://mlflow:5000/… answered 404: Model Version (name=fraud, version=2) not found", true);
    EXPECT_THAT(toTell(), IsEmpty());
    EXPECT_THAT(world.status().report->problem, HasSubstr("answered 404"));
    ASSERT_TRUE(world.reach("Soaking"));
    take();
    EXPECT_EQ(world.status().report->problem, "");
}

TEST_F(ReportPlan, AfterARestartWhatWasToldIsNotToldAgain) {
    serve();
    world.seen.report.reset();
    world.writes.clear();
    ASSERT_TRUE(world.settle());
    EXPECT_FALSE(world.last.report);
    EXPECT_THAT(world.writes, IsEmpty());
}

TEST_F(ReportPlan, AnAnswerToOtherNewsSaysNothing) {
    serve();
    tryOut("2");
    const std::string told = world.status().report->told;
    world.seen.report = api::RegistryAnswer{"other news", "no", true};
    ASSERT_TRUE(world.settle());
    EXPECT_EQ(world.status().report->told, told);
    EXPECT_EQ(world.status().report->problem, "");
}

TEST_F(ReportPlan, AnOrderStandsUntilItsEndIsRecorded) {
    serve();
    tryOut("2");
    world.seen.report = api::RegistryAnswer{registryOrder(world.seen.object)->news, "", true};
    world.obeyStatus = false;
    world.once();
    EXPECT_TRUE(world.last.report);
    world.obeyStatus = true;
    ASSERT_TRUE(world.settle());
    EXPECT_FALSE(world.last.report);
}

TEST_F(ReportPlan, WhoWantsItNoLongerIsToldOfNothing) {
    serve();
    source().report = {};
    ASSERT_TRUE(world.settle());
    EXPECT_FALSE(world.status().report);
}

TEST_F(ReportPlan, ASpecThatCannotBeAcceptedKeepsWhatWasTold) {
    serve();
    const auto told = world.status().report;
    world.object().spec.problems = {"spec.replicas: is 1.5"};
    ASSERT_TRUE(world.settle());
    EXPECT_EQ(world.status().report, told);
    EXPECT_FALSE(world.last.report);
}

TEST_F(ReportPlan, AnAliasMovesToWhatWasPromotedAndAnotherToWhatWasRolledBack) {
    follow("mlflow://fraud@challenger");
    source().report = {false, "champion", "rejected"};
    find("1");
    ASSERT_TRUE(world.reach("Stable"));
    EXPECT_THAT(toTell(), ElementsAre("champion -> 1"));
    take();
    tryOut("2");
    EXPECT_THAT(toTell(), IsEmpty());
    rollBack();
    EXPECT_THAT(toTell(), ElementsAre("champion -> 1 from 2", "rejected -> 2"));
    take();
    world.judge = World::calmAndSafe;
    tryOut("3");
    ASSERT_TRUE(world.reach("Soaking"));
    EXPECT_THAT(toTell(), ElementsAre("champion -> 3"));
    take();
    rollBack();
    EXPECT_THAT(toTell(), ElementsAre("champion -> 1 from 3", "rejected -> 3"));
}

TEST_F(ReportPlan, TheAliasThatIsFollowedIsOnlyEverPutBack) {
    source().report = {false, "champion", ""};
    find("1");
    ASSERT_TRUE(world.reach("Stable"));
    tryOut("2");
    ASSERT_TRUE(world.reach("Soaking"));
    EXPECT_THAT(toTell(), IsEmpty());
    ASSERT_TRUE(world.reach("Stable"));
    tryOut("3");
    rollBack();
    EXPECT_THAT(toTell(), ElementsAre("champion -> 2 from 3"));
    take();
    find("2");  // as the next look says
    ASSERT_TRUE(world.reach("Stable"));
    world.actions.clear();
    ASSERT_TRUE(world.pass(60));
    EXPECT_THAT(world.actions, IsEmpty());
    EXPECT_THAT(toTell(), IsEmpty());
}

TEST_F(ReportPlan, AnAliasIsNotPutBackFromWhatIsTriedAnew) {
    source().report = {false, "champion", ""};
    serve();
    tryOut("2");
    rollBack();
    world.judge = World::calmAndSafe;
    world.annotate(api::kRetryAnnotation, "r2.1");
    ASSERT_TRUE(world.reach("Step 1/2: Judging"));
    EXPECT_THAT(toTell(), IsEmpty());
}

TEST_F(ReportPlan, WhatIsWithdrawnMovesNoAlias) {
    source().report = {false, "champion", "rejected"};
    serve();
    tryOut("2");
    world.annotate(api::kAbortAnnotation, "r2.1");
    ASSERT_TRUE(world.reach("Aborted"));
    EXPECT_THAT(toTell(), IsEmpty());
}

TEST_F(ReportPlan, HistoryThatForgotWhatWasToldIsAllNews) {
    world.object().spec.history = 1;
    serve();
    tryOut("2");
    rollBack();
    EXPECT_THAT(toTell(), ElementsAre("2 rolled-back RolledBack"));
}

TEST_F(ReportPlan, WhatGaveWayIsToldWhereTheHistoryHasForgottenIt) {
    for (const int history : {0, 1}) {
        world.object().spec.history = history;
        const std::string old = history == 0 ? "1" : "2";
        const std::string next = history == 0 ? "2" : "3";
        if (history == 0) serve();
        tryOut(next);
        ASSERT_TRUE(world.reach("Soaking"));
        EXPECT_THAT(toTell(), ElementsAre(next + " stable Promoted", old + " superseded Promoted"));
        take();
        ASSERT_TRUE(world.reach("Stable"));
        EXPECT_THAT(toTell(), IsEmpty());
    }
}

TEST_F(ReportPlan, WhatGaveWayIsToldAfterItsSoakHoweverShortTheHistoryIs) {
    world.object().spec.history = 1;
    serve();
    tryOut("2");
    rollBack();
    take();  // the history has forgotten how version 1 came to serve
    world.judge = World::calmAndSafe;
    tryOut("3");
    ASSERT_TRUE(world.reach("Soaking"));
    ASSERT_TRUE(world.reach("Stable"));  // the registry is away for all of it
    EXPECT_THAT(toTell(), ElementsAre("3 stable Promoted", "1 superseded Promoted"));
    take();
    EXPECT_THAT(toTell(), IsEmpty());
}

TEST_F(ReportPlan, TheHistoryKeepsWhatIsNotToldYetHoweverShortItIsToBe) {
    world.object().spec.history = 1;
    source().report.onRolledBack = "rejected";
    serve();
    tryOut("2");
    take();  // by what the registry knows it is tried for ever
    rollBack();
    world.judge = World::calmAndSafe;
    tryOut("3");
    ASSERT_TRUE(world.reach("Stable"));
    tryOut("4");
    ASSERT_TRUE(world.reach("Stable"));
    EXPECT_THAT(toTell(),
                UnorderedElementsAre("2 rolled-back RolledBack", "3 superseded Promoted", "4 stable Promoted",
                                     "1 superseded Promoted", "rejected -> 2"));
    EXPECT_EQ(world.status().history.size(), 3u);
    take();
    EXPECT_THAT(toTell(), IsEmpty());
    EXPECT_EQ(world.status().history.size(), 1u);
}

TEST_F(ReportPlan, WhatIsNotToldIsKeptUpToABound) {
    world.object().spec.history = 1;
    serve();
    api::Status& status = world.status();
    for (int i = 0; i < 60; ++i) {
        status.history.insert(status.history.begin(),
                              {"r2", "2", idOf("2"), "RolledBack", "no", World::kStart});
    }
    tryOut("3");
    rollBack();
    EXPECT_EQ(world.status().history.size(), 50u);
    EXPECT_THAT(toTell(), UnorderedElementsAre("3 rolled-back RolledBack", "2 rolled-back RolledBack"));
}

TEST_F(ReportPlan, WhereThereIsNothingToTellTheHistoryKeepsNothingForIt) {
    world.object().spec.history = 1;
    source().report = {false, "champion", ""};  // which is followed, so that promotions move nothing
    serve();
    tryOut("2");
    ASSERT_TRUE(world.reach("Stable"));
    EXPECT_THAT(toTell(), IsEmpty());
    EXPECT_EQ(world.status().history.size(), 1u);
}

TEST_F(ReportPlan, WhileASpecCannotBeAcceptedWhatIsNotToldIsKept) {
    world.object().spec.history = 1;
    serve();
    tryOut("2");
    rollBack();
    world.judge = World::calmAndSafe;
    tryOut("3");
    world.object().spec.problems = {"spec.replicas: is 1.5"};
    world.annotate(api::kAbortAnnotation, "r3.1");
    ASSERT_TRUE(world.reach("Aborted"));
    EXPECT_EQ(world.status().history.size(), 2u);
}

TEST_F(ReportPlan, WithoutAReportAHistoryIsAsShortAsItIsToBe) {
    world.object().spec.history = 1;
    source().report = {};
    serve();
    tryOut("2");
    rollBack();
    EXPECT_EQ(world.status().history.size(), 1u);
}

TEST_F(ReportPlan, WhatServedUnderAnotherNameIsNotToldOf) {
    serve();
    EXPECT_THAT(world.status().report->told, HasSubstr("; serves mlflow:fraud/1"));
    follow("mlflow://churn@champion");
    world.status().stable->id = "mlflow:churn/7 sha256:5f1d";
    world.status().history.insert(world.status().history.begin(),
                                  {"r7", "7", "mlflow:churn/7 sha256:5f1d", "Promoted", "", World::kStart});
    EXPECT_THAT(toTell(), ElementsAre("7 stable Promoted"));
}

TEST_F(ReportPlan, WhatAnEarlierSerinToldIsNotToldAgainUntilThereIsNews) {
    serve();
    std::string& told = world.status().report->told;
    told = told.substr(0, told.find("; serves"));  // it did not record what serves
    EXPECT_THAT(toTell(), IsEmpty());
    tryOut("2");
    rollBack();
    EXPECT_THAT(toTell(), UnorderedElementsAre("2 rolled-back RolledBack", "1 stable Promoted"));
}

TEST_F(ReportPlan, WhatIsTakenBackInTheSoakGivesItsStageBackHoweverShortTheHistoryIs) {
    world.object().spec.history = 1;
    serve();
    tryOut("2");
    ASSERT_TRUE(world.reach("Soaking"));
    take();
    rollBack();
    EXPECT_THAT(toTell(), UnorderedElementsAre("2 rolled-back RolledBack", "1 stable Promoted"));
}

TEST_F(ReportPlan, AFailureThatDiffersInItsNumbersAloneIsTheSame) {
    serve();
    tryOut("2");
    answer("POST http://mlflow:5000/… answered 503: request 4711", false);
    world.writes.clear();
    answer("POST http://mlflow:5000/… answered 503: request 4712", false);
    EXPECT_THAT(world.writes, IsEmpty());
    EXPECT_THAT(world.status().report->problem, HasSubstr("request 4711"));
    answer("POST http://mlflow:5000/… did not answer", false);
    EXPECT_EQ(world.writes["event ReportFailed"], 1);
}

}  // namespace
}  // namespace serin::plan::testing
