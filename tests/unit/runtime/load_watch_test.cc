// How far pods are with loading their models, as they are asked.
#include "runtime/load_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/apply/fakes.h"

namespace serin::runtime {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Pods by their addresses; others do not answer.
class FetchingPods final : public net::Fetcher {
  public:
    Result<HttpResponse> get(const std::string& host, int port, const std::string& path, Duration timeout,
                             size_t, const net::Access*, net::Offer) override {
        asked.push_back(host);
        EXPECT_EQ(port, 9465);
        EXPECT_EQ(path, "/metrics");
        EXPECT_EQ(timeout, LoadWatch::kPatience);
        const auto pod = pages.find(host);
        if (pod == pages.end()) return Error{ErrorCode::Unavailable, "nobody listens"};
        return HttpResponse{200, {}, api::fetchPage(pod->second)};
    }
    std::map<std::string, api::FetchProgress> pages;
    std::vector<std::string> asked;
};

class LoadWatchTest : public ::testing::Test {
  protected:
    void pass(Duration time) {
        clock.pass(time);
        while (watch.turn()) {
        }
    }

    serin::testing::ManualClock clock;
    FetchingPods pods;
    std::vector<std::string> changed;
    LoadWatch watch{{pods, clock, [this](const std::string& key) { changed.push_back(key); }}};
};

TEST_F(LoadWatchTest, ToldIsThePodOfEachRevisionThatIsBehind) {
    pods.pages = {{"a", {5, 10}}, {"b", {3, 10}}, {"c", {1, 4}}};
    watch.want("ml/fraud", {{"new", "a"}, {"new", "b"}, {"new", "gone"}, {"old", "c"}});
    EXPECT_EQ(watch.newest("ml/fraud"), std::nullopt);
    pass(LoadWatch::kFirst);
    EXPECT_EQ(watch.newest("ml/fraud"), (api::Loads{{"new", {3, 10}}, {"old", {1, 4}}}));
    EXPECT_THAT(changed, ElementsAre("ml/fraud"));
}

TEST_F(LoadWatchTest, IsAskedAtItsOwnPaceHoweverOftenItIsWanted) {
    pods.pages = {{"a", {5, 10}}};
    for (int i = 0; i < 5; ++i) watch.want("ml/fraud", {{"new", "a"}});
    pass(LoadWatch::kFirst);
    for (int i = 0; i < 5; ++i) {
        watch.want("ml/fraud", {{"new", "a"}});
        pass(seconds(1));
    }
    EXPECT_EQ(pods.asked.size(), 1U);
    pass(LoadWatch::kInterval);
    EXPECT_EQ(pods.asked.size(), 2U);
    EXPECT_THAT(changed, ElementsAre("ml/fraud")) << "an answer that is the same is no news";
}

TEST_F(LoadWatchTest, WhatIsLoadedIsGone) {
    pods.pages = {{"a", {5, 10}}};
    watch.want("ml/fraud", {{"new", "a"}});
    pass(LoadWatch::kFirst);
    pods.pages.clear();
    for (Duration time{0}; time < LoadWatch::kRemembered; time += LoadWatch::kInterval) {
        pass(LoadWatch::kInterval);
    }
    EXPECT_EQ(watch.newest("ml/fraud"), api::Loads());
    EXPECT_EQ(changed.size(), 2U);
    watch.want("ml/fraud", {});
    const size_t asked = pods.asked.size();
    pass(seconds(60));
    EXPECT_EQ(pods.asked.size(), asked);
    EXPECT_EQ(watch.newest("ml/fraud"), api::Loads());
    watch.want("ml/fraud", {{"new", "a"}});
    pass(LoadWatch::kFirst);
    EXPECT_EQ(pods.asked.size(), asked + 1);
}

TEST_F(LoadWatchTest, AQuestionThatAPodMissesChangesNothing) {
    pods.pages = {{"a", {5, 10}}};
    watch.want("ml/fraud", {{"new", "a"}});
    pass(LoadWatch::kFirst);
    pods.pages.clear();
    pass(LoadWatch::kInterval);
    EXPECT_EQ(watch.newest("ml/fraud"), (api::Loads{{"new", {5, 10}}}));
    EXPECT_EQ(changed.size(), 1U);
    pods.pages = {{"a", {7, 10}}};
    pass(LoadWatch::kInterval);
    EXPECT_EQ(watch.newest("ml/fraud"), (api::Loads{{"new", {7, 10}}}));
    EXPECT_EQ(changed.size(), 2U);
}

TEST_F(LoadWatchTest, APodThatHasEverythingIsDoneWhenItIsSilent) {
    pods.pages = {{"a", {10, 10}}};
    watch.want("ml/fraud", {{"new", "a"}});
    pass(LoadWatch::kFirst);
    pods.pages.clear();
    pass(LoadWatch::kInterval);
    EXPECT_EQ(watch.newest("ml/fraud"), api::Loads());
}

TEST_F(LoadWatchTest, APodThatDoesNotKnowHowMuchThereIsIsBehindAndNotDone) {
    pods.pages = {{"a", {9, 0}}, {"b", {3, 10}}};
    watch.want("ml/fraud", {{"new", "b"}, {"new", "a"}});
    pass(LoadWatch::kFirst);
    EXPECT_EQ(watch.newest("ml/fraud"), (api::Loads{{"new", {9, 0}}}));
    pods.pages.erase("a");
    pass(LoadWatch::kInterval);
    EXPECT_EQ(watch.newest("ml/fraud"), (api::Loads{{"new", {9, 0}}})) << "it missed a question";
}

TEST_F(LoadWatchTest, OfAnObjectThatIsGoneNothingIsAsked) {
    watch.want("ml/fraud", {{"new", "a"}});
    watch.forget("ml/fraud");
    pass(seconds(60));
    EXPECT_THAT(pods.asked, IsEmpty());
    EXPECT_EQ(watch.newest("ml/fraud"), std::nullopt);
}

TEST(LoadingPods, AreSomeOfThoseThatAreNotReady) {
    api::Observed seen;
    auto& version = seen.split.versions["new"];
    for (int i = 0; i < 9; ++i)
        version.endpoints.push_back({"u", "p", "198.18.0." + std::to_string(i), i == 0});
    version.endpoints[1].address.clear();
    EXPECT_THAT(loadingPods(seen), IsEmpty()) << "no model is loaded";
    seen.object.spec.source.emplace().reference.store = api::StoreKind::S3;
    EXPECT_THAT(loadingPods(seen),
                ElementsAre(LoadingPod{"new", "198.18.0.2"}, LoadingPod{"new", "198.18.0.3"},
                            LoadingPod{"new", "198.18.0.4"}, LoadingPod{"new", "198.18.0.5"}));
    seen.replicaSets.emplace_back().revision = "new";
    EXPECT_THAT(loadingPods(seen), IsEmpty()) << "its model is in its image";
    seen.replicaSets.clear();
    seen.object.spec.templateJson = R"({"spec":{"hostNetwork":true}})";
    EXPECT_THAT(loadingPods(seen), IsEmpty()) << "the port would be the node's";
    seen.object.spec.templateJson.clear();
    seen.object.spec.source->uri = "image://registry.example/fraud:13";
    EXPECT_THAT(loadingPods(seen), IsEmpty()) << "nothing is loaded";
    seen.object.spec.source->uri.clear();
    seen.object.spec.source->reference.store = api::StoreKind::VolumeClaim;
    EXPECT_THAT(loadingPods(seen), IsEmpty()) << "a claim is mounted";
}

}  // namespace
}  // namespace serin::runtime
