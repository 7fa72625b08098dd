#include "runtime/hooks.h"
#include "base/base64.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "base/text.h"
#include "sources/hmac.h"
#include "tests/unit/apply/fakes.h"

namespace serin::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kSecret = "correct horse battery";

class HooksTest : public ::testing::Test {
  protected:
    HooksTest()
        : file(cat(::testing::TempDir(), "hook-secret-",
                   ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
        put(std::string(kSecret) + "\n");
        request.method = "POST";
        request.target = "/hooks/ml/fraud";
        request.body = R"({"entity":"model_version_alias","action":"created"})";
    }
    ~HooksTest() override { std::remove(file.c_str()); }

    void put(const std::string& secret) { std::ofstream(file, std::ios::trunc) << secret; }
    int status() { return hooks.answer(request).status; }
    std::string seconds(Duration later = Duration{0}) const {
        const auto time = std::chrono::floor<std::chrono::seconds>(clock.now + later).time_since_epoch();
        return std::to_string(time.count());
    }
    void sign(const std::string& time, const std::string& secret = kSecret) {
        request.headers["x-mlflow-delivery-id"] = "d1";
        request.headers["x-mlflow-timestamp"] = time;
        request.headers["x-mlflow-signature"] =
            "v1," + encodeBase64(sources::hmacSha256(secret, cat("d1.", time, ".", request.body)));
    }

    std::string file;
    serin::testing::ManualClock clock;
    serin::testing::QuietLogger log;
    bool leads = true;
    std::vector<std::string> hinted;
    HttpRequest request;
    Hooks hooks{{file, clock, log, [this] { return leads; },
                 [this](const std::string& key) { hinted.push_back(key); }}};
};

TEST_F(HooksTest, WhoKnowsTheSecretCausesALook) {
    for (const auto& [name, value] :
         {std::pair{"authorization", "Bearer "}, {"x-serin-token", ""}, {"x-webhook-secret", ""}}) {
        request.headers = {{name, std::string(value) + kSecret}};
        // A bearer token has no spaces.
        EXPECT_EQ(status(), std::string(name) == "authorization" ? 401 : 202) << name;
    }
    put("correct-horse-battery");
    request.headers = {{"authorization", "Bearer correct-horse-battery"}};
    EXPECT_EQ(status(), 202);
    EXPECT_THAT(hinted, ElementsAre("ml/fraud", "ml/fraud", "ml/fraud"));
}

TEST_F(HooksTest, ASignatureOfMlflowIsOverIdTimeAndBody) {
    sign(seconds());
    EXPECT_EQ(status(), 202);
    request.body += " ";
    EXPECT_EQ(status(), 401);
    sign(seconds(), "another secret of somebody");
    EXPECT_EQ(status(), 401);
}

// mlflow.webhooks.delivery._generate_hmac_signature("correct horse battery", "d1", "1735689600", "{}")
TEST(KnowsSecret, ASignatureAsMlflowItselfMakesIt) {
    HttpRequest request;
    request.body = "{}";
    request.headers = {{"x-mlflow-delivery-id", "d1"},
                       {"x-mlflow-timestamp", "1735689600"},
                       {"x-mlflow-signature", "v1,TGxWb5pzN+4Ykj98ygiRgStEfG8wHsAlqTjqh4f9vsQ="}};
    const Timestamp now{std::chrono::seconds(1735689601)};
    EXPECT_TRUE(knowsSecret(request, kSecret, now));
    EXPECT_FALSE(knowsSecret(request, "another secret of somebody", now));
}

TEST_F(HooksTest, ASignatureOfLongAgoOrOfTheFutureIsNone) {
    for (const auto& [later, expected] : {std::pair{std::chrono::seconds(-299), 202},
                                          {std::chrono::seconds(-302), 401},
                                          {std::chrono::seconds(299), 202},
                                          {std::chrono::seconds(302), 401}}) {
        sign(seconds(later));
        EXPECT_EQ(status(), expected) << later.count();
    }
    for (const char* time : {"", "now", "-1", "99999999999999999999"}) {
        sign(time);
        EXPECT_EQ(status(), 401) << time;
    }
}

TEST_F(HooksTest, ASignatureThatIsWrongIsNotMadeGoodByATokenBesideIt) {
    sign(seconds(), "another secret of somebody");
    request.headers["x-serin-token"] = kSecret;
    EXPECT_EQ(status(), 401);
}

TEST_F(HooksTest, WhoDoesNotKnowItIsToldNothing) {
    for (const char* token : {"", "wrong", "correct horse batter", "correct horse batteryy"}) {
        request.headers = {{"x-serin-token", token}};
        EXPECT_EQ(status(), 401) << token;
    }
    request.headers.clear();
    EXPECT_EQ(status(), 401);
    EXPECT_THAT(hinted, IsEmpty());
}

TEST_F(HooksTest, OtherPathsAreNoHooks) {
    request.headers = {{"x-serin-token", kSecret}};
    for (const char* path :
         {"/", "/hooks", "/hooks/ml", "/hooks/ml/", "/hooks//fraud", "/hooks/ml/fraud/x"}) {
        request.target = path;
        EXPECT_EQ(status(), 404) << path;
    }
    EXPECT_THAT(hinted, IsEmpty());
}

TEST_F(HooksTest, WhoDoesNotLeadSendsTheCallerOn) {
    leads = false;
    request.headers = {{"x-serin-token", kSecret}};
    const HttpResponse answer = hooks.answer(request);
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.headers.at("retry-after"), "1");
    EXPECT_THAT(hinted, IsEmpty());
    request.headers.clear();
    EXPECT_EQ(status(), 401);  // strangers learn nothing of who leads
}

TEST_F(HooksTest, ASecretThatIsRenewedCountsAtOnce) {
    request.headers = {{"x-serin-token", "another secret of ours"}};
    EXPECT_EQ(status(), 401);
    put("another secret of ours");
    EXPECT_EQ(status(), 202);
}

TEST_F(HooksTest, ASecretThatIsShortOrGoneOpensToNobody) {
    request.headers = {{"x-serin-token", "short"}};
    put("short");
    EXPECT_EQ(status(), 503);
    EXPECT_THAT(readHookSecret(file).error().message,
                HasSubstr("has a secret of 5 bytes; put there one of 16"));
    std::remove(file.c_str());
    EXPECT_EQ(status(), 503);
    EXPECT_THAT(readHookSecret(file).error().message, HasSubstr("cannot be read"));
    put(std::string(5000, 'x'));
    EXPECT_THAT(readHookSecret(file).error().message, HasSubstr("more than 4096 bytes"));
}

}  // namespace
}  // namespace serin::runtime
