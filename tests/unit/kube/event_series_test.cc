#include "kube/event_series.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace serin::kube {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

class EventSeriesTest : public ::testing::Test {
  protected:
    EventSeriesTest() : events_({"serin.dev/controller", "serin-0", 3}, RequestBuilder("test")) {}

    EventInput input(const std::string& reason = "RolledBack", const std::string& name = "fraud") {
        return {{"serin.dev/v1alpha1", "ModelDeployment", "ml", name, "u-" + name, "7"},
                "Warning",
                "RollBack",
                reason,
                "canary errs 4.1 %",
                "abc.1.2"};
    }
    static Json body(const EventSeries::Send& send) { return Json::parse(send.request.body); }

    EventSeries events_;
    Timestamp now_{std::chrono::milliseconds{1'767'323'045'678}};
};

TEST_F(EventSeriesTest, PostsTheFirst) {
    const auto send = events_.record(input(), now_);
    ASSERT_TRUE(send.has_value());
    EXPECT_EQ(send->request.method, "POST");
    EXPECT_EQ(send->request.target,
              "/apis/events.k8s.io/v1/namespaces/ml/events?fieldManager=serin-controller");
    const Json event = body(*send);
    EXPECT_EQ(event["eventTime"], "2026-01-02T03:04:05.678000Z");
    EXPECT_EQ(event["regarding"], Json::parse(R"({"apiVersion":"serin.dev/v1alpha1","kind":"ModelDeployment",
        "namespace":"ml","name":"fraud","uid":"u-fraud","resourceVersion":"7"})"));
    EXPECT_EQ(event["reason"], "RolledBack");
    EXPECT_EQ(event["action"], "RollBack");
    EXPECT_EQ(event["type"], "Warning");
    EXPECT_EQ(event["note"], "canary errs 4.1 %");
    EXPECT_EQ(event["reportingController"], "serin.dev/controller");
    EXPECT_EQ(event["reportingInstance"], "serin-0");
    EXPECT_FALSE(event.contains("series"));
    const std::string name = event["metadata"]["name"];
    EXPECT_TRUE(name.starts_with("fraud.")) << name;
    EXPECT_EQ(name.size(), 16U);
}

TEST_F(EventSeriesTest, MakesASeriesOfTheSecondAndOnlyCountsFurtherOnes) {
    const std::string name = body(*events_.record(input(), now_))["metadata"]["name"];
    now_ += 10s;
    const auto second = events_.record(input(), now_);
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(second->request.method, "PATCH");
    EXPECT_NE(second->request.target.find("/events/" + name), std::string::npos);
    EXPECT_EQ(body(*second),
              Json::parse(R"({"series":{"count":2,"lastObservedTime":"2026-01-02T03:04:15.678000Z"}})"));
    for (int i = 0; i < 100; ++i) EXPECT_FALSE(events_.record(input(), now_ += 10s).has_value());
}

TEST_F(EventSeriesTest, SendsAHeartbeatEveryHalfHour) {
    events_.record(input(), now_);
    events_.record(input(), now_);
    int patches = 0;
    for (int minute = 0; minute < 120; ++minute) {
        now_ += 1min;
        if (events_.record(input(), now_)) ++patches;
        patches += static_cast<int>(events_.tick(now_).size());
    }
    EXPECT_EQ(patches, 4);
}

TEST_F(EventSeriesTest, FinishesASeriesAfterSixQuietMinutesWithItsLastCount) {
    events_.record(input(), now_);
    events_.record(input(), now_);
    events_.record(input(), now_ += 1s);
    EXPECT_TRUE(events_.tick(now_ + 6min - 1s).empty());
    const auto sent = events_.tick(now_ + 6min);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(body(sent[0])["series"]["count"], 3);
    EXPECT_EQ(events_.size(), 0U);
    EXPECT_EQ(events_.record(input(), now_ + 7min)->request.method, "POST");
}

TEST_F(EventSeriesTest, ForgetsASingleEventWithoutARequest) {
    events_.record(input(), now_);
    EXPECT_TRUE(events_.tick(now_ + 6min).empty());
    EXPECT_EQ(events_.size(), 0U);
}

TEST_F(EventSeriesTest, TellsReasonsObjectsAndDecisionsApart) {
    EXPECT_EQ(events_.record(input(), now_)->request.method, "POST");
    EXPECT_EQ(events_.record(input("Promoted"), now_)->request.method, "POST");
    EventInput other = input();
    other.decision = "abc.2.0";
    EXPECT_EQ(events_.record(other, now_)->request.method, "POST");
    EventInput note = input();
    note.note = "canary errs 9 %";
    EXPECT_EQ(events_.record(note, now_)->request.method, "PATCH") << "a note alone makes no new event";
}

TEST_F(EventSeriesTest, ForgetsTheLongestSilentAboveItsLimit) {
    events_.record(input("A"), now_);
    events_.record(input("B"), now_ + 1s);
    events_.record(input("C"), now_ + 2s);
    events_.record(input("D"), now_ + 3s);
    EXPECT_EQ(events_.size(), 3U);
    EXPECT_EQ(events_.record(input("B"), now_ + 4s)->request.method, "PATCH");
    EXPECT_EQ(events_.record(input("A"), now_ + 5s)->request.method, "POST");
}

TEST_F(EventSeriesTest, PostsAnewWhenTheServerHasForgottenTheEvent) {
    const auto first = events_.record(input(), now_);
    EXPECT_FALSE(events_.onAnswer(first->id, 201, now_).has_value());
    const auto second = events_.record(input(), now_ + 1s);
    EXPECT_FALSE(events_.onAnswer(second->id, 200, now_).has_value());
    const auto again = events_.onAnswer(second->id, 404, now_ + 2s);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->request.method, "POST");
    EXPECT_EQ(body(*again)["series"]["count"], 2);
    EXPECT_FALSE(events_.onAnswer("unknown", 404, now_).has_value());
}

TEST_F(EventSeriesTest, KeepsWithinTheServersLimits) {
    EventInput big = input(std::string(200, 'R'), std::string(253, 'n'));
    big.note = std::string(1023, 'x') + "é and more";
    big.regarding.space.clear();
    const Json event = body(*events_.record(big, now_));
    EXPECT_EQ(event["note"], std::string(1023, 'x')) << "no half character";
    EXPECT_EQ(event["reason"].get<std::string>().size(), 128U);
    EXPECT_LE(event["metadata"]["name"].get<std::string>().size(), 253U);
    EXPECT_EQ(event["metadata"]["namespace"], "default");
}

TEST_F(EventSeriesTest, OfOneObjectTellsOfFiftyThingsAtOnceAndOneMoreEveryTenSeconds) {
    EventSeries events({"serin.dev/controller", "serin-0", 1000}, RequestBuilder("test"));
    const auto tell = [&](int from, int to) {
        int sent = 0;
        for (int i = from; i < to; ++i) sent += events.record(input("R" + std::to_string(i)), now_) ? 1 : 0;
        return sent;
    };
    EXPECT_EQ(tell(0, 70), 50);
    EXPECT_EQ(events.dropped(), 20U);
    EXPECT_TRUE(events.record(input("R0", "other"), now_)) << "another object has an allowance of its own";
    EXPECT_TRUE(events.record(input("R0"), now_)) << "what is known already is counted as before";
    now_ += 25s;
    EXPECT_EQ(tell(100, 110), 2);
    now_ += 10min;
    events.tick(now_);
    EXPECT_EQ(tell(200, 270), 50);
}

}  // namespace
}  // namespace serin::kube
