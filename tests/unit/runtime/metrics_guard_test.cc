#include "runtime/metrics_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/apply/fakes.h"

namespace serin::runtime {
namespace {

using serin::testing::ManualClock;
using serin::testing::ScriptedTransport;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using namespace std::chrono_literals;

constexpr const char* kKnown = R"({"kind":"TokenReview","status":{"authenticated":true,
    "user":{"username":"prometheus","uid":"u","groups":["g"]}}})";
constexpr const char* kUnknown = R"({"kind":"TokenReview","status":{"user":{}}})";
constexpr const char* kMay = R"({"kind":"SubjectAccessReview","status":{"allowed":true}})";
constexpr const char* kMayNot = R"({"kind":"SubjectAccessReview","status":{"allowed":false}})";

class KeptLog final : public Logger {
  public:
    std::vector<std::string> lines;
    void log(LogLevel, std::string_view message, const LogFields& fields) override {
        lines.emplace_back(message);
        for (const auto& [name, value] : fields) lines.back() += " " + value;
    }
};

class Guard : public ::testing::Test {
  protected:
    // The status of the answer; 200 when the page may be read.
    int ask(const std::string& token, const std::string& target = "/metrics") {
        HttpRequest request;
        request.target = target;
        if (!token.empty()) request.headers["authorization"] = "Bearer " + token;
        const auto refusal = guard_.refusal(request);
        said_ = refusal.value_or(HttpResponse{200, {}, ""});
        return said_.status;
    }

    ScriptedTransport api_;
    ManualClock clock_;
    KeptLog log_;
    kube::RequestBuilder requests_{"serin-operator/test"};
    MetricsGuard guard_{api_, requests_, clock_, log_, {}};
    HttpResponse said_;
};

TEST_F(Guard, LetsThoseReadWhomTheClusterAllowsThePath) {
    api_.answer(201, kKnown);
    api_.answer(201, kMay);
    EXPECT_EQ(ask("t"), 200);
    ASSERT_EQ(api_.requests.size(), 2U);
    EXPECT_THAT(api_.requests[0].body, HasSubstr(R"("token":"t")"));
    EXPECT_THAT(api_.requests[1].body, HasSubstr(R"("path":"/metrics","verb":"get")"));
    EXPECT_THAT(api_.requests[1].body, HasSubstr(R"("user":"prometheus")"));
}

TEST_F(Guard, AsksNobodyWhenThereIsNoToken) {
    EXPECT_EQ(ask(""), 401);
    EXPECT_EQ(said_.headers.at("www-authenticate"), "Bearer");
    EXPECT_THAT(api_.requests, IsEmpty());
}

TEST_F(Guard, RefusesATokenThatIsNoGood) {
    api_.answer(201, kUnknown);
    EXPECT_EQ(ask("t"), 401);
    EXPECT_EQ(api_.requests.size(), 1U);
    EXPECT_THAT(log_.lines, IsEmpty());
}

TEST_F(Guard, NamesTheUserWhoMayNotRead) {
    api_.answer(201, kKnown);
    api_.answer(201, kMayNot);
    EXPECT_EQ(ask("t"), 403);
    EXPECT_THAT(said_.body, HasSubstr(R"("prometheus" may not get the path /metrics)"));
}

TEST_F(Guard, AsksForThePathThatIsToBeRead) {
    api_.answer(201, kKnown);
    api_.answer(201, kMay);
    EXPECT_EQ(ask("t", "/recordings/ml/fraud?x=/metrics"), 200);
    EXPECT_THAT(api_.requests[1].body, HasSubstr(R"("path":"/recordings/ml/fraud","verb":"get")"));
}

TEST_F(Guard, ARightToOnePathIsNoneToAnother) {
    api_.answer(201, kKnown);
    api_.answer(201, kMay);
    EXPECT_EQ(ask("t"), 200);
    api_.answer(201, kKnown);
    api_.answer(201, kMayNot);
    EXPECT_EQ(ask("t", "/recordings/ml/fraud"), 403);
    EXPECT_THAT(said_.body, HasSubstr(R"("prometheus" may not get the path /recordings/ml/fraud)"));
    EXPECT_THAT(said_.body, HasSubstr("-recordings-reader"));
    EXPECT_EQ(ask("t"), 200);
    EXPECT_EQ(ask("t", "/recordings/ml/fraud"), 403);
    EXPECT_EQ(api_.requests.size(), 4U) << "both answers are remembered";
}

TEST_F(Guard, RemembersARightForAMinuteAndARefusalForTenSeconds) {
    api_.answer(201, kKnown);
    api_.answer(201, kMay);
    api_.answer(201, kUnknown);
    EXPECT_EQ(ask("good"), 200);
    EXPECT_EQ(ask("bad"), 401);
    clock_.pass(9999ms);
    EXPECT_EQ(ask("good"), 200);
    EXPECT_EQ(ask("bad"), 401);
    EXPECT_EQ(api_.requests.size(), 3U) << "all of it was known";
    clock_.pass(1ms);
    api_.answer(201, kKnown);
    api_.answer(201, kMay);
    EXPECT_EQ(ask("bad"), 200) << "its role was bound meanwhile";
    clock_.pass(50s);
    api_.answer(201, kUnknown);
    EXPECT_EQ(ask("good"), 401) << "it was revoked meanwhile";
}

TEST_F(Guard, LetsNobodyReadWhenTheApiServerDoesNotSay) {
    const auto refused = [&](const char* when) {
        EXPECT_EQ(ask("t"), 503) << when;
        clock_.pass(1s);
        api_.answers.clear();
    };
    api_.fail(ErrorCode::Unavailable);
    refused("no connection");
    api_.answer(403, R"({"kind":"Status","code":403,"message":"tokenreviews is forbidden"})");
    refused("our own rights are missing");
    api_.answer(201, "<html>");
    refused("no TokenReview");
    api_.answer(201, kKnown);
    api_.fail(ErrorCode::Unknown);
    refused("no answer about the path");
    api_.answer(201, kKnown);
    api_.answer(201, kKnown);
    refused("no SubjectAccessReview");
    api_.answer(201, kKnown);
    api_.answer(201, kMay);
    EXPECT_EQ(ask("t"), 200) << "a failure is not remembered";
}

TEST_F(Guard, LogsAFailureOnceAndNeverAToken) {
    for (int i = 0; i < 3; ++i) {
        api_.answer(403, R"({"kind":"Status","code":403,"message":"tokenreviews is forbidden"})");
        EXPECT_EQ(ask("secret"), 503);
    }
    ASSERT_EQ(log_.lines.size(), 1U);
    EXPECT_THAT(log_.lines[0], HasSubstr("tokenreviews is forbidden"));
    EXPECT_THAT(log_.lines[0], Not(HasSubstr("secret")));
    EXPECT_THAT(said_.body, Not(HasSubstr("forbidden"))) << "strangers need not know";
}

TEST_F(Guard, AsksFiveTimesASecondAtMost) {
    for (int i = 0; i < 5; ++i) {
        api_.answer(201, kUnknown);
        EXPECT_EQ(ask("token-" + std::to_string(i)), 401);
    }
    EXPECT_EQ(ask("one-more"), 503);
    EXPECT_EQ(said_.headers.at("retry-after"), "1");
    EXPECT_EQ(ask("token-0"), 401) << "what is known needs no question";
    EXPECT_EQ(api_.requests.size(), 5U);
    clock_.pass(200ms);
    api_.answer(201, kUnknown);
    EXPECT_EQ(ask("one-more"), 401);
    EXPECT_EQ(ask("and-another"), 503);
}

TEST(AccessMemory, KeepsRightsWhenRefusalsFillIt) {
    AccessMemory memory;
    const Access allowed{Access::Answer::Allowed, "prometheus"};
    memory.remember("good", "/metrics", allowed, 0s);
    for (int i = 0; i < 1000; ++i)
        memory.remember("bad-" + std::to_string(i), "/metrics", {}, Duration(i + 1));
    EXPECT_EQ(memory.size(), 256U);
    EXPECT_EQ(memory.recall("good", "/metrics", 1s), allowed);
    EXPECT_FALSE(memory.recall("bad-0", "/metrics", 1s)) << "the oldest refusals went";
    EXPECT_TRUE(memory.recall("bad-999", "/metrics", 1s));
}

TEST(AccessMemory, IsBoundedWhenAllAreAllowed) {
    AccessMemory memory;
    for (int i = 0; i < 300; ++i)
        memory.remember("good-" + std::to_string(i), "/metrics", {Access::Answer::Allowed, "u"}, Duration(i));
    EXPECT_EQ(memory.size(), 256U);
    EXPECT_FALSE(memory.recall("good-0", "/metrics", 1s));
    EXPECT_TRUE(memory.recall("good-299", "/metrics", 1s));
}

}  // namespace
}  // namespace serin::runtime
