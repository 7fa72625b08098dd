#include "runtime/serving_profile.h"

#include <gmock/gmock.h>

#include "tests/unit/apply/fakes.h"
#include "tests/unit/runtime/examiner_fixture.h"

namespace serin::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Version "old" serves and was loaded from version 13 of the model, and the spec asks for "new", version 14.
class ServingProfileTest : public ExaminerTest {
  protected:
    ServingProfileTest() {
        api::Metric amount;
        amount.name = "amount";
        amount.kind = api::MetricKind::HistogramDrift;
        amount.histogram = "feature_amount";
        amount.referenceFeature = "amount";
        object.spec.analysis.metrics.push_back(amount);
        object.spec.analysis.referenceFile = "profile.json";
        object.meta.ns = "ml";
        object.meta.uid = "uid-1";
        object.spec.modelId = "mlflow:fraud/14";
        object.spec.source = source();
        object.spec.source->follow = std::chrono::minutes(1);
        seen.object = object;
        api::ReplicaSet old;
        old.meta.ownerUid = "uid-1";
        old.revision = "old";
        old.modelId = "mlflow:fraud/13";
        old.source = std::make_shared<const api::ModelSource>(source());
        seen.replicaSets = {old};
    }
    static api::ModelSource source() {
        api::ModelSource out;
        out.uri = "mlflow://fraud@champion";
        out.reference.store = api::StoreKind::Mlflow;
        return out;
    }
    static ModelProfileReading profileOf(const std::string& id) {
        ModelProfileReading out;
        api::Profile& profile = out.reference.profile.emplace();
        profile.digest = id;
        profile.features["amount"].edges = {1, 2};
        profile.features["amount"].buckets = {1, 1, 1};
        profile.features["amount"].total = 3;
        out.final = true;
        return out;
    }
    static ModelProfileReading absent() { return {{std::nullopt, "there is no such file"}, true, true}; }
    std::vector<std::string> idsFor(const std::string& serving) {
        std::vector<std::string> out;
        for (const ModelProfile& profile : profilesFor(seen, serving, "profile.json")) {
            out.push_back(profile.id);
        }
        return out;
    }
    // As the controller does, until all that is due was read.
    void keep(Examiner& examiner) {
        keepModelProfile(examiner, "ml/fraud", seen, &profiles);
        while (profiles.turn()) {
        }
        keepModelProfile(examiner, "ml/fraud", seen, &profiles);
    }
    // What is wrong with the reference, after one more interval.
    std::string troubleAfter(Examiner& examiner, int second) {
        examiner.finish(scrape(examiner, second, 100, 0));
        examiner.finish(scrape(examiner, second + 1, 100, 0));
        return examiner.judgement()->dataDrift->trouble;
    }

    serin::testing::ManualClock clock;
    serin::testing::QuietLogger log;
    std::map<std::string, ModelProfileReading> store{{"mlflow:fraud/13", profileOf("13")},
                                                     {"mlflow:fraud/14", profileOf("14")}};
    std::vector<std::string> asked;
    ModelProfiles profiles{
        {[this](const std::string& space, const ModelProfile& profile, const std::stop_token&) {
             asked.push_back(space + " " + profile.id + " " + profile.path);
             return store.at(profile.id);
         },
         clock, log, [] { return 0.0; }, [](const std::string&) {}}};
    api::Observed seen;
};

TEST_F(ServingProfileTest, OfAVersionWhoseStoreServesNoFilesNothingIsAsked) {
    api::ModelSource git = source();
    git.reference.store = api::StoreKind::Git;
    seen.replicaSets[0].source = std::make_shared<const api::ModelSource>(git);
    EXPECT_THAT(idsFor("old"), ElementsAre("mlflow:fraud/14"));
}

TEST_F(ServingProfileTest, WhatIsStatedOfTheBytesCountsForTheProfile) {
    const std::string stated = std::string(64, 'a') + "  profile.json\n";
    api::ModelSource checked = source();
    checked.sha256 = stated;
    seen.replicaSets[0].source = std::make_shared<const api::ModelSource>(checked);
    seen.object.spec.source->sha256 = stated;
    for (const ModelProfile& profile : profilesFor(seen, "old", "profile.json")) {
        EXPECT_EQ(profile.source.sha256, stated) << profile.id;
    }
}

TEST_F(ServingProfileTest, TheVersionThatServesComesFirstAndThenTheOneThatIsAskedFor) {
    EXPECT_THAT(idsFor("old"), ElementsAre("mlflow:fraud/13", "mlflow:fraud/14"));
    EXPECT_THAT(idsFor("new"), ElementsAre("mlflow:fraud/14"));
}

TEST_F(ServingProfileTest, AReplicaSetOfSomebodyElseSaysNothingOfTheModel) {
    seen.replicaSets[0].meta.ownerUid = "uid-2";
    EXPECT_THAT(idsFor("old"), ElementsAre("mlflow:fraud/14"));
}

TEST_F(ServingProfileTest, AVersionWhoseModelIsInTheImageHasNoFiles) {
    seen.replicaSets[0].source = nullptr;
    EXPECT_THAT(idsFor("old"), ElementsAre("mlflow:fraud/14"));
    seen.object.spec.unresolved = true;
    EXPECT_THAT(idsFor("old"), IsEmpty());
}

TEST_F(ServingProfileTest, ASpecThatCannotBeAcceptedAddsNothing) {
    seen.object.spec.problems = {"spec.replicas: is 1.5"};
    EXPECT_THAT(idsFor("old"), ElementsAre("mlflow:fraud/13"));
    EXPECT_THAT(idsFor("new"), IsEmpty());
}

TEST_F(ServingProfileTest, VersionsOfTheSameModelAreReadOnceAndAsTheSpecOpensTheStore) {
    seen.replicaSets[0].modelId = "mlflow:fraud/14";
    seen.object.spec.source->credentialsSecret = "renewed";
    const auto wanted = profilesFor(seen, "old", "profile.json");
    ASSERT_EQ(wanted.size(), 1u);
    EXPECT_EQ(wanted[0].source.credentialsSecret, "renewed");
}

TEST_F(ServingProfileTest, WhatChangesNoFileIsNotReadAgainFor) {
    const auto wanted = profilesFor(seen, "new", "profile.json");
    seen.object.spec.source->follow.reset();
    seen.object.spec.source->mountPath = "/elsewhere";
    EXPECT_EQ(profilesFor(seen, "new", "profile.json"), wanted);
}

TEST_F(ServingProfileTest, NothingIsReadWhereNothingIsJudgedOrNoFileIsNamed) {
    Examiner examiner(object);
    keep(examiner);
    EXPECT_THAT(asked, IsEmpty());
    object.spec.analysis.referenceFile.clear();
    Examiner without(object);
    order(without, 0);
    keep(without);
    EXPECT_THAT(asked, IsEmpty());
}

TEST_F(ServingProfileTest, DataIsComparedOnceTheProfileIsRead) {
    Examiner examiner(object);
    order(examiner, 0);
    keepModelProfile(examiner, "ml/fraud", seen, &profiles);
    EXPECT_EQ(troubleAfter(examiner, 1), "amount: the profile was not read yet");
    keep(examiner);
    EXPECT_THAT(asked, ElementsAre("ml mlflow:fraud/13 profile.json", "ml mlflow:fraud/14 profile.json"));
    EXPECT_EQ(troubleAfter(examiner, 3), "");
}

TEST_F(ServingProfileTest, AStoreThatIsDownIsSaidAndTheProfileOfTheOtherVersionIsNotTaken) {
    store["mlflow:fraud/13"] = {{std::nullopt, "the store is down"}, false, false};
    Examiner examiner(object);
    order(examiner, 0);
    keep(examiner);
    EXPECT_EQ(troubleAfter(examiner, 1), "amount: the store is down");
    store["mlflow:fraud/13"] = profileOf("13");
    clock.boot += std::chrono::seconds(10);
    keep(examiner);
    EXPECT_EQ(troubleAfter(examiner, 3), "");
}

TEST_F(ServingProfileTest, WhereTheVersionThatServesHasNoneTheNextOnesCounts) {
    store["mlflow:fraud/13"] = absent();
    Examiner examiner(object);
    order(examiner, 0);
    keep(examiner);
    EXPECT_EQ(troubleAfter(examiner, 1), "");
    store["mlflow:fraud/14"] = absent();
    profiles.forget("ml/fraud");
    keep(examiner);
    EXPECT_EQ(troubleAfter(examiner, 3), "amount: there is no such file");
}

TEST_F(ServingProfileTest, WhereNoVersionWasLoadedFromASourceThatIsSaid) {
    seen.replicaSets.clear();
    seen.object.spec.unresolved = true;
    Examiner examiner(object);
    order(examiner, 0);
    keep(examiner);
    EXPECT_EQ(troubleAfter(examiner, 1),
              "amount: the version that serves, old, was loaded from no model.source of which Serin reads "
              "files, so that it has no file "
              "profile.json");
}

TEST_F(ServingProfileTest, ThePromotedVersionIsComparedWithItsOwnProfileFromThenOn) {
    store["mlflow:fraud/14"] = {{std::nullopt, "it is no profile"}, true, false};
    Examiner examiner(object);
    order(examiner, 0);
    keep(examiner);
    EXPECT_EQ(troubleAfter(examiner, 1), "") << "the stable version's own one is good";
    plan.order.mode = api::JudgeMode::Soak;
    order(examiner, 3);
    keep(examiner);
    EXPECT_EQ(troubleAfter(examiner, 4), "amount: it is no profile");
    EXPECT_EQ(asked.size(), 2u) << "it was read before";
}

TEST_F(ServingProfileTest, AnotherPathIsAnotherQuestion) {
    Examiner examiner(object);
    order(examiner, 0);
    keep(examiner);
    object.spec.analysis.referenceFile = "other.json";
    ++object.meta.generation;
    seen.object = object;
    order(examiner, 1);
    EXPECT_EQ(troubleAfter(examiner, 1), "amount: the profile was not read yet");
    keep(examiner);
    EXPECT_EQ(asked.back(), "ml mlflow:fraud/14 other.json");
    EXPECT_EQ(troubleAfter(examiner, 3), "");
}

}  // namespace
}  // namespace serin::runtime
