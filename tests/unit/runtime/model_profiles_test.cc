#include "runtime/model_profiles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>

#include "tests/unit/apply/fakes.h"

namespace serin::runtime {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;

ModelProfile of(const std::string& id) {
    ModelProfile out;
    out.source.uri = "mlflow://fraud@champion";
    out.id = id;
    out.path = "profile.json";
    return out;
}
ModelProfileReading good() {
    ModelProfileReading out;
    out.reference.profile.emplace().digest = "d";
    out.final = true;
    return out;
}
ModelProfileReading down() {
    ModelProfileReading out;
    out.reference.trouble = "the store is down";
    return out;
}

class ModelProfilesTest : public ::testing::Test {
  protected:
    void want(const std::vector<ModelProfile>& wanted) { profiles.want("ml/fraud", "ml", wanted); }
    // All that is due now.
    void turnAll() {
        while (profiles.turn()) {
        }
    }

    serin::testing::ManualClock clock;
    serin::testing::QuietLogger log;
    ModelProfileReading answer = good();
    std::function<void()> during;
    std::vector<std::string> asked;
    std::vector<std::string> ended;
    ModelProfiles profiles{
        {[this](const std::string& space, const ModelProfile& profile, const std::stop_token&) {
             asked.push_back(space + " " + profile.id);
             if (during) during();
             return answer;
         },
         clock, log, [] { return 0.0; }, [this](const std::string& key) { ended.push_back(key); }}};
};

TEST_F(ModelProfilesTest, EachIsReadOnceAndToldOf) {
    EXPECT_EQ(profiles.newest("ml/fraud", of("13")), nullptr);
    for (int i = 0; i < 3; ++i) want({of("13"), of("14")});
    EXPECT_EQ(profiles.newest("ml/fraud", of("13")), nullptr);
    turnAll();
    clock.boot += std::chrono::hours(1);
    want({of("13"), of("14")});
    turnAll();
    EXPECT_THAT(asked, ElementsAre("ml 13", "ml 14"));
    EXPECT_THAT(ended, ElementsAre("ml/fraud", "ml/fraud"));
    const auto known = profiles.newest("ml/fraud", of("13"));
    ASSERT_TRUE(known);
    EXPECT_TRUE(known->reference.profile);
    EXPECT_EQ(profiles.newest("ml/fraud", of("13")), known) << "the same pointer while it is the same";
    EXPECT_EQ(profiles.newest("ml/other", of("13")), nullptr);
}

TEST_F(ModelProfilesTest, WhatIsNoLongerWantedIsForgottenAndTheRestIsNotReadAgain) {
    want({of("13"), of("14")});
    turnAll();
    want({of("14"), of("15")});
    EXPECT_EQ(profiles.newest("ml/fraud", of("13")), nullptr);
    EXPECT_NE(profiles.newest("ml/fraud", of("14")), nullptr);
    turnAll();
    EXPECT_THAT(asked, ElementsAre("ml 13", "ml 14", "ml 15"));
    profiles.forget("ml/fraud");
    EXPECT_EQ(profiles.newest("ml/fraud", of("14")), nullptr);
}

TEST_F(ModelProfilesTest, AFailureIsKeptInWordsAndTriedAgainWithWaitsThatGrow) {
    answer = down();
    want({of("13")});
    turnAll();
    ASSERT_TRUE(profiles.newest("ml/fraud", of("13")));
    EXPECT_EQ(profiles.newest("ml/fraud", of("13"))->reference.trouble, "the store is down");
    clock.boot += seconds(4);
    turnAll();
    EXPECT_EQ(asked.size(), 1u);
    for (int second = 4; second < 3600; ++second) {
        clock.boot += seconds(1);
        turnAll();
    }
    EXPECT_EQ(asked.size(), 17u) << "after 5, 10, 20, …, 300 seconds, then every 300";
    answer = good();
    clock.boot += minutes(5);
    turnAll();
    EXPECT_TRUE(profiles.newest("ml/fraud", of("13"))->reference.profile);
}

TEST_F(ModelProfilesTest, WhatNoLaterAnswerCouldChangeIsNotAskedAgain) {
    answer = {{std::nullopt, "there is no such file"}, true, true};
    want({of("13")});
    turnAll();
    clock.boot += std::chrono::hours(1);
    want({of("13")});
    turnAll();
    EXPECT_EQ(asked.size(), 1u);
}

TEST_F(ModelProfilesTest, OtherCredentialsAreTriedAtOnceWhereTheProfileIsNotKnown) {
    ModelProfile other = of("13");
    other.source.credentialsSecret = "other";
    answer = down();
    want({of("13")});
    turnAll();
    answer = good();
    want({other});
    turnAll();
    EXPECT_EQ(asked.size(), 2u);
    EXPECT_TRUE(profiles.newest("ml/fraud", other)->reference.profile);
    want({of("13")});
    turnAll();
    EXPECT_EQ(asked.size(), 2u) << "the bytes are the same, whatever opens the store";
    EXPECT_TRUE(profiles.newest("ml/fraud", of("13"))->reference.profile);
}

TEST_F(ModelProfilesTest, AnAnswerToWhatIsNoLongerWantedIsDropped) {
    during = [this] { want({of("14")}); };
    want({of("13")});
    turnAll();
    EXPECT_THAT(asked, ElementsAre("ml 13", "ml 14"));
    EXPECT_EQ(profiles.newest("ml/fraud", of("13")), nullptr);
    during = [this] { profiles.forget("ml/fraud"); };
    want({of("15")});
    turnAll();
    EXPECT_EQ(profiles.newest("ml/fraud", of("15")), nullptr);
}

TEST_F(ModelProfilesTest, ASlowStoreHoldsUpNobodyWhoAsks) {
    std::mutex mutex;
    std::condition_variable wake;
    bool reading = false;
    bool mayEnd = false;
    bool told = false;
    ModelProfiles threaded{{[&](const std::string&, const ModelProfile&, const std::stop_token&) {
                                std::unique_lock lock(mutex);
                                reading = true;
                                wake.notify_all();
                                wake.wait(lock, [&] { return mayEnd; });
                                return good();
                            },
                            clock, log, [] { return 0.0; },
                            [&](const std::string&) {
                                const std::lock_guard lock(mutex);
                                told = true;
                                wake.notify_all();
                            }}};
    threaded.start();
    threaded.want("ml/fraud", "ml", {of("13")});
    std::unique_lock lock(mutex);
    wake.wait(lock, [&] { return reading; });
    threaded.want("ml/fraud", "ml", {of("13")});
    EXPECT_EQ(threaded.newest("ml/fraud", of("13")), nullptr);
    mayEnd = true;
    wake.notify_all();
    wake.wait(lock, [&] { return told; });
    EXPECT_NE(threaded.newest("ml/fraud", of("13")), nullptr);
}

}  // namespace
}  // namespace serin::runtime
