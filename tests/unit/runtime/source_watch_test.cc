#include "runtime/source_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>

#include "api/names.h"
#include "tests/unit/apply/fakes.h"

namespace serin::runtime {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

api::ModelDeployment withSource(std::optional<Duration> follow = std::nullopt) {
    api::ModelDeployment object;
    object.meta.ns = "ml";
    object.meta.name = "fraud";
    object.meta.uid = "uid-1";
    object.spec.source.emplace().uri = "mlflow://fraud@champion";
    object.spec.source->follow = follow;
    object.spec.written = "h0x4t52e5m";
    return object;
}

class SourceWatchTest : public ::testing::Test {
  protected:
    SourceAnswer resolve(const std::string& space, const api::ModelSource& source,
                         const std::optional<api::ResolvedModel>& known) {
        asked.push_back(space + " " + source.uri);
        knowns.push_back(known ? known->id : "");
        if (during) during();
        return answer;
    }
    // All that is due now.
    void turnAll() {
        while (watch.turn()) {
        }
    }

    serin::testing::ManualClock clock;
    serin::testing::QuietLogger log;
    SourceAnswer answer{api::ResolvedModel{"mlflow:fraud/13", "13", {}, 5, 9}, "", ""};
    std::function<void()> during;
    std::vector<std::string> asked;
    std::vector<std::string> knowns;  // what each look was told to be known; empty: to read all anew
    std::vector<std::string> ended;
    SourceWatch watch{{[this](const std::string& space, const api::ModelSource& source,
                              const std::optional<api::ResolvedModel>& known,
                              const std::stop_token&) { return resolve(space, source, known); },
                       clock, log, [] { return 0.5; },
                       [this](const std::string& key) { ended.push_back(key); }}};
};

TEST_F(SourceWatchTest, ObjectsWithoutASourceAskNobody) {
    watch.want("ml/fraud", api::ModelDeployment());
    turnAll();
    EXPECT_THAT(asked, IsEmpty());
    EXPECT_EQ(watch.newest("ml/fraud"), std::nullopt);
}

TEST_F(SourceWatchTest, ALookIsMadeOnceAndToldOf) {
    for (int i = 0; i < 3; ++i) watch.want("ml/fraud", withSource());
    turnAll();
    for (int i = 0; i < 3; ++i) watch.want("ml/fraud", withSource());
    turnAll();
    EXPECT_THAT(asked, ElementsAre("ml mlflow://fraud@champion"));
    EXPECT_THAT(ended, ElementsAre("ml/fraud"));
    const auto look = watch.newest("ml/fraud");
    ASSERT_TRUE(look && look->model);
    EXPECT_EQ(look->model->id, "mlflow:fraud/13");
    EXPECT_EQ(look->written, "h0x4t52e5m");
}

TEST_F(SourceWatchTest, LooksInBetweenAskOnlyWhetherTheReferenceHasMoved) {
    watch.want("ml/fraud", withSource(minutes(10)));
    turnAll();
    for (int i = 0; i < 65; ++i) {
        clock.pass(minutes(1));
        turnAll();
    }
    EXPECT_THAT(knowns, ElementsAre("", "mlflow:fraud/13", "mlflow:fraud/13", "mlflow:fraud/13",
                                    "mlflow:fraud/13", "mlflow:fraud/13", ""));
}

TEST_F(SourceWatchTest, WhatFailedIsReadAnewInWhole) {
    watch.want("ml/fraud", withSource(minutes(1)));
    turnAll();
    answer = {std::nullopt, "StoreUnavailable", "down"};
    clock.pass(minutes(2));
    turnAll();
    clock.pass(minutes(2));
    turnAll();
    EXPECT_THAT(knowns, ElementsAre("", "mlflow:fraud/13", ""));
}

TEST_F(SourceWatchTest, AnotherRefreshReadsAllAnew) {
    watch.want("ml/fraud", withSource(minutes(1)));
    turnAll();
    api::ModelDeployment refreshed = withSource(minutes(1));
    refreshed.meta.annotations[api::kRefreshAnnotation] = "again";
    watch.want("ml/fraud", refreshed);
    turnAll();
    EXPECT_THAT(knowns, ElementsAre("", ""));
}

TEST_F(SourceWatchTest, WhatIsFollowedIsAskedAboutOnceInAnInterval) {
    watch.want("ml/fraud", withSource(minutes(1)));
    turnAll();
    EXPECT_EQ(asked.size(), 1u);
    for (int i = 0; i < 60; ++i) {
        clock.boot += seconds(10);
        turnAll();
    }
    EXPECT_EQ(asked.size(), 11u);
}

TEST_F(SourceWatchTest, AHintCausesALookWhereThereIsASource) {
    watch.hint("ml/fraud");
    watch.hint("ml/nobody");
    turnAll();
    EXPECT_THAT(asked, IsEmpty());
    watch.want("ml/fraud", withSource());
    turnAll();
    for (int i = 0; i < 5; ++i) watch.hint("ml/fraud");
    turnAll();
    EXPECT_EQ(asked.size(), 2u);
    for (int i = 0; i < 5; ++i) watch.hint("ml/fraud");
    turnAll();
    EXPECT_EQ(asked.size(), 2u);
    clock.boot += seconds(10);
    turnAll();
    EXPECT_EQ(asked.size(), 3u);
}

TEST_F(SourceWatchTest, AFailureIsKeptInWordsAndTriedAgain) {
    answer = {std::nullopt, "StoreUnavailable", "GET … answered 503"};
    watch.want("ml/fraud", withSource());
    turnAll();
    const auto look = watch.newest("ml/fraud");
    ASSERT_TRUE(look);
    EXPECT_FALSE(look->model);
    EXPECT_EQ(look->reason, "StoreUnavailable");
    EXPECT_EQ(look->message, "GET … answered 503");
    clock.boot += minutes(1);
    turnAll();
    EXPECT_EQ(asked.size(), 2u);
}

TEST_F(SourceWatchTest, AnAnswerToWhatIsNoLongerAskedIsDropped) {
    during = [this] {
        during = nullptr;
        api::ModelDeployment edited = withSource();
        edited.spec.written = "edited";
        watch.want("ml/fraud", edited);
    };
    watch.want("ml/fraud", withSource());
    ASSERT_TRUE(watch.turn());
    EXPECT_THAT(ended, IsEmpty());
    EXPECT_EQ(watch.newest("ml/fraud"), std::nullopt);
    turnAll();
    EXPECT_EQ(asked.size(), 2u);
    ASSERT_TRUE(watch.newest("ml/fraud"));
    EXPECT_EQ(watch.newest("ml/fraud")->written, "edited");
}

TEST_F(SourceWatchTest, WhatIsForgottenOrGoneDuringALookIsNotToldOf) {
    during = [this] { watch.forget("ml/fraud"); };
    watch.want("ml/fraud", withSource());
    turnAll();
    EXPECT_THAT(ended, IsEmpty());
    watch.want("ml/fraud", withSource());
    watch.forget("ml/fraud");
    turnAll();
    EXPECT_EQ(asked.size(), 1u);
}

TEST_F(SourceWatchTest, AnObjectThatWasMadeAnewIsLookedUpAnew) {
    watch.want("ml/fraud", withSource());
    turnAll();
    api::ModelDeployment anew = withSource();
    anew.meta.uid = "uid-2";
    watch.want("ml/fraud", anew);
    EXPECT_EQ(watch.newest("ml/fraud"), std::nullopt);
    turnAll();
    EXPECT_EQ(asked.size(), 2u);
}

TEST_F(SourceWatchTest, ASpecWithProblemsKeepsWhatIsFollowed) {
    watch.want("ml/fraud", withSource(minutes(1)));
    turnAll();
    api::ModelDeployment wrong = withSource(minutes(1));
    wrong.spec.problems = {"spec.replicas: is 1.5"};
    watch.want("ml/fraud", wrong);
    EXPECT_TRUE(watch.newest("ml/fraud"));
    api::ModelDeployment without = withSource();
    without.spec.source.reset();
    watch.want("ml/fraud", without);
    EXPECT_EQ(watch.newest("ml/fraud"), std::nullopt);
}

// Both are under way at the same time, or this test does not end.
TEST(SourceWatchThreads, TwoSlowRegistriesAreAskedBesideEachOther) {
    serin::testing::ManualClock clock;
    serin::testing::QuietLogger log;
    std::mutex mutex;
    std::condition_variable changed;
    int underWay = 0;
    int ended = 0;
    SourceWatch watch({[&](const std::string&, const api::ModelSource&,
                           const std::optional<api::ResolvedModel>&, const std::stop_token&) {
                           std::unique_lock lock(mutex);
                           ++underWay;
                           changed.notify_all();
                           changed.wait(lock, [&] { return underWay == 2; });
                           return SourceAnswer{std::nullopt, "NotFound", "no"};
                       },
                       clock, log, [] { return 0.5; },
                       [&](const std::string&) {
                           const std::lock_guard lock(mutex);
                           ++ended;
                           changed.notify_all();
                       }});
    watch.want("ml/before", withSource());
    watch.start();
    watch.want("ml/after", withSource());
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return ended == 2; });
}

}  // namespace
}  // namespace serin::runtime
