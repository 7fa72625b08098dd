#include "runtime/registry_reporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>

#include "tests/unit/apply/fakes.h"

namespace serin::runtime {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

api::ModelDeployment withSource() {
    api::ModelDeployment object;
    object.meta.ns = "ml";
    object.meta.name = "fraud";
    object.meta.uid = "uid-1";
    object.spec.source.emplace().uri = "mlflow://fraud@champion";
    return object;
}
std::optional<api::RegistryOrder> orderOf(const std::string& news) {
    api::RegistryOrder order;
    order.news = news;
    return order;
}

class RegistryReporterTest : public ::testing::Test {
  protected:
    void want(const std::string& news) { reporter.want("ml/fraud", withSource(), orderOf(news)); }
    // All that is due now.
    void turnAll() {
        while (reporter.turn()) {
        }
    }

    serin::testing::ManualClock clock;
    serin::testing::QuietLogger log;
    Telling says;
    bool leads = true;
    std::function<void()> during;
    std::vector<std::string> told;
    std::vector<std::string> ended;
    RegistryReporter reporter{{[this](const std::string& space, const api::ModelSource& source,
                                      const api::RegistryOrder& order, const std::stop_token&) {
                                   told.push_back(space + " " + source.uri + " " + order.news);
                                   if (during) during();
                                   return says;
                               },
                               clock, log, [] { return 0.5; }, [this] { return leads; },
                               [this](const std::string& key) { ended.push_back(key); }}};
};

TEST_F(RegistryReporterTest, AnOrderIsToldOnceAndItsEndStays) {
    for (int i = 0; i < 3; ++i) want("r2 Promoted");
    turnAll();
    clock.boot += minutes(60);
    for (int i = 0; i < 3; ++i) want("r2 Promoted");
    turnAll();
    EXPECT_THAT(told, ElementsAre("ml mlflow://fraud@champion r2 Promoted"));
    EXPECT_THAT(ended, ElementsAre("ml/fraud"));
    EXPECT_EQ(reporter.newest("ml/fraud"), (api::RegistryAnswer{"r2 Promoted", "", true}));
    reporter.want("ml/fraud", withSource(), std::nullopt);
    EXPECT_EQ(reporter.newest("ml/fraud"), std::nullopt);
}

TEST_F(RegistryReporterTest, OtherNewsAreToldAtOnce) {
    want("r2 Promoted");
    turnAll();
    want("r3 RolledBack");
    EXPECT_EQ(reporter.newest("ml/fraud"), std::nullopt);
    turnAll();
    EXPECT_EQ(told.size(), 2u);
    EXPECT_EQ(reporter.newest("ml/fraud")->news, "r3 RolledBack");
}

TEST_F(RegistryReporterTest, AServerThatIsAwayIsToldAgainWithWaitsThatGrow) {
    says = {"POST … answered 503", Telling::Next::Soon};
    want("r2 Promoted");
    turnAll();
    EXPECT_EQ(reporter.newest("ml/fraud"),
              (api::RegistryAnswer{"r2 Promoted", "POST … answered 503", false}));
    for (int i = 0; i < 3600; ++i) {
        clock.boot += seconds(1);
        want("r2 Promoted");
        turnAll();
    }
    EXPECT_GE(told.size(), 12u);
    EXPECT_LE(told.size(), 20u);
    says = {};
    clock.boot += minutes(10);
    turnAll();
    EXPECT_TRUE(reporter.newest("ml/fraud")->over);
}

TEST_F(RegistryReporterTest, WhatNeedsAPersonIsTriedEveryFiveMinutes) {
    says = {"POST … answered 403", Telling::Next::Later};
    want("r2 Promoted");
    turnAll();
    clock.boot += minutes(4);
    turnAll();
    EXPECT_EQ(told.size(), 1u);
    clock.boot += minutes(1);
    turnAll();
    EXPECT_EQ(told.size(), 2u);
}

TEST_F(RegistryReporterTest, WhatIsNeverTakenIsNotTriedAgain) {
    says = {"POST … answered 404", Telling::Next::Nothing};
    want("r2 Promoted");
    turnAll();
    clock.boot += minutes(60);
    turnAll();
    EXPECT_EQ(told.size(), 1u);
    EXPECT_EQ(reporter.newest("ml/fraud"), (api::RegistryAnswer{"r2 Promoted", "POST … answered 404", true}));
}

TEST_F(RegistryReporterTest, WhoDoesNotLeadTellsNothing) {
    leads = false;
    want("r2 Promoted");
    turnAll();
    EXPECT_THAT(told, IsEmpty());
    EXPECT_EQ(reporter.newest("ml/fraud"), std::nullopt);
    leads = true;
    clock.boot += seconds(5);
    turnAll();
    EXPECT_EQ(told.size(), 1u);
}

TEST_F(RegistryReporterTest, AnAnswerToWhatIsNoLongerWantedIsDropped) {
    during = [this] {
        during = nullptr;
        want("r3 RolledBack");
    };
    want("r2 Promoted");
    ASSERT_TRUE(reporter.turn());
    EXPECT_THAT(ended, IsEmpty());
    EXPECT_EQ(reporter.newest("ml/fraud"), std::nullopt);
    turnAll();
    EXPECT_EQ(reporter.newest("ml/fraud")->news, "r3 RolledBack");
}

TEST_F(RegistryReporterTest, AnotherWayToTheRegistryIsTriedAtOnce) {
    says = {"POST … answered 403", Telling::Next::Later};
    want("r2 Promoted");
    turnAll();
    api::ModelDeployment edited = withSource();
    edited.spec.source->credentialsSecret = "mlflow";
    reporter.want("ml/fraud", edited, orderOf("r2 Promoted"));
    turnAll();
    EXPECT_EQ(told.size(), 2u);
}

TEST_F(RegistryReporterTest, WhatIsForgottenIsNotTold) {
    want("r2 Promoted");
    reporter.forget("ml/fraud");
    turnAll();
    EXPECT_THAT(told, IsEmpty());
}

// Both are under way at the same time, or this test does not end.
TEST(RegistryReporterThreads, TwoSlowRegistriesAreToldBesideEachOther) {
    serin::testing::ManualClock clock;
    serin::testing::QuietLogger log;
    std::mutex mutex;
    std::condition_variable changed;
    int underWay = 0;
    int ended = 0;
    RegistryReporter reporter(
        {[&](const std::string&, const api::ModelSource&, const api::RegistryOrder&, const std::stop_token&) {
             std::unique_lock lock(mutex);
             ++underWay;
             changed.notify_all();
             changed.wait(lock, [&] { return underWay == 2; });
             return Telling();
         },
         clock, log, [] { return 0.5; }, [] { return true; },
         [&](const std::string&) {
             const std::lock_guard lock(mutex);
             ++ended;
             changed.notify_all();
         }});
    reporter.want("ml/before", withSource(), orderOf("r2 Promoted"));
    reporter.start();
    reporter.want("ml/after", withSource(), orderOf("r2 Promoted"));
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return ended == 2; });
}

}  // namespace
}  // namespace serin::runtime
