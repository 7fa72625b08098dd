#include "sources/google_identity.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "tests/unit/sources/fake_server.h"
#include "tests/unit/sources/test_workload.h"

namespace serin::sources {
namespace {

using testing::FakeServer;
using testing::sourceOf;

const std::string kSts = "POST https://sts.googleapis.com/v1/token";
const std::string kIam =
    "POST https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
    "models@ml.iam.gserviceaccount.com:generateAccessToken";
const Timestamp kNow = *parseTime("2026-11-26T12:00:00Z");

class GoogleIdentityTest : public ::testing::Test {
  protected:
    GoogleIdentityTest() {
        who.provider =
            "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/cluster";
        server.set(kSts, R"({"access_token": "federated", "issued_token_type":
            "urn:ietf:params:oauth:token-type:access_token", "token_type": "Bearer", "expires_in": 3599})");
        server.set(kIam, R"({"accessToken": "ya29.impersonated", "expireTime": "2026-11-26T13:00:00Z"})");
    }
    Result<std::unique_ptr<Store>> make() {
        return makeStore(api::StoreKind::Gcs, {}, server, workload.identity(who));
    }
    Result<Download> download(Store& store, Timestamp now) {
        return store.download(sourceOf("gs://models/fraud"), "gs:models/fraud/ sha256:0", {"a", 1, "", "1"},
                              now);
    }
    // How a file is asked for, or why not.
    std::string opening(Store& store, Timestamp now) {
        const auto out = download(store, now);
        return out ? out->headers.at("authorization") : out.error().message;
    }
    void expectRefused(ErrorCode code, const std::string& words) {
        const auto made = make();
        ASSERT_TRUE(made) << made.error().message;
        const auto out = download(**made, kNow);
        ASSERT_NO_FATAL_FAILURE(testing::expectWords(out, words));
        EXPECT_EQ(out.error().code, code) << out.error().message;
    }
    void expectUnmade(const std::string& words) {
        const auto made = make();
        testing::expectWords(made, words);
    }

    FakeServer server;
    testing::TestWorkload workload;
    api::WorkloadIdentity who;
};

TEST_F(GoogleIdentityTest, ThePoolsOwnIdentityIsOneExchange) {
    const auto made = make();
    EXPECT_EQ(opening(**made, kNow), "Bearer federated");
    ASSERT_EQ(server.asked.size(), 1U);
    EXPECT_EQ(server.asked[0].what, kSts);
    EXPECT_EQ(
        server.asked[0].body,
        "audience=%2F%2Fiam.googleapis.com%2Fprojects%2F1%2Flocations%2Fglobal%2FworkloadIdentityPools%2Fpool"
        "%2Fproviders%2Fcluster&"
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&"
        "requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token&"
        "scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fdevstorage.read_only&subject_token=eyJ.first&"
        "subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt");
}

TEST_F(GoogleIdentityTest, AServiceAccountOfGooglesIsAskedForByTheFirstToken) {
    who.impersonated = "models@ml.iam.gserviceaccount.com";
    const auto made = make();
    EXPECT_EQ(opening(**made, kNow), "Bearer ya29.impersonated");
    ASSERT_EQ(server.asked.size(), 2U);
    EXPECT_NE(server.asked[0].body.find("&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fiam&"),
              std::string::npos);
    EXPECT_EQ(server.asked[1].what, kIam);
    EXPECT_EQ(server.asked[1].headers.at("authorization"), "Bearer federated");
    EXPECT_EQ(server.asked[1].headers.at("content-type"), "application/json");
    EXPECT_EQ(server.asked[1].body,
              R"({"lifetime":"3600s","scope":["https://www.googleapis.com/auth/devstorage.read_only"]})");
}

TEST_F(GoogleIdentityTest, TokensAreKeptUntilShortlyBeforeTheirEndAndTheSubjectIsReadAnew) {
    who.impersonated = "models@ml.iam.gserviceaccount.com";
    const auto made = make();
    opening(**made, kNow);
    opening(**made, kNow + std::chrono::minutes(54));
    EXPECT_EQ(server.asked.size(), 2U);
    opening(**made, kNow + std::chrono::minutes(56));
    ASSERT_EQ(server.asked.size(), 4U);
    EXPECT_NE(server.asked[2].body.find("subject_token=eyJ.second&"), std::string::npos);
}

TEST_F(GoogleIdentityTest, OtherServersAreAskedWhereTheyAreStated) {
    who.impersonated = "models@ml.iam.gserviceaccount.com";
    who.tokenEndpoint = "https://sts.example/v1/token";
    who.iamEndpoint = "http://127.0.0.1:9/";
    const auto made = make();
    opening(**made, kNow);
    EXPECT_EQ(server.asked.at(0).what, "POST https://sts.example/v1/token");
    who.tokenEndpoint = "https://sts.example/";
    server.set("POST https://sts.example/v1/token", R"({"access_token": "federated", "expires_in": 3599})");
    const auto again = make();
    opening(**again, kNow);
    EXPECT_EQ(server.asked.at(1).what, "POST https://sts.example/v1/token");
    EXPECT_EQ(server.asked.at(2).what,
              "POST http://127.0.0.1:9/v1/projects/-/serviceAccounts/"
              "models@ml.iam.gserviceaccount.com:generateAccessToken");
}

TEST_F(GoogleIdentityTest, OfAnAddressOfAServerThePathIsAdded) {
    for (const auto& [stated, asked] :
         {std::pair{"https://sts.example", "https://sts.example/v1/token"},
          std::pair{"https://proxy.example/sts", "https://proxy.example/sts/v1/token"},
          std::pair{"https://proxy.example/sts/v1/token/", "https://proxy.example/sts/v1/token"},
          std::pair{"https://sts.example/v1beta/token", "https://sts.example/v1beta/token"}}) {
        who.tokenEndpoint = stated;
        server.asked.clear();
        const auto made = make();
        opening(**made, kNow);
        EXPECT_EQ(server.asked.at(0).what, cat("POST ", asked));
    }
}

TEST_F(GoogleIdentityTest, AServerThatIsElsewhereIsNoModelThatIsMissing) {
    who.tokenEndpoint = "https://elsewhere.example";
    expectRefused(ErrorCode::Invalid,
                  "POST https://elsewhere.example/v1/token answered 404; state the address of a server that "
                  "gives tokens");
    who.tokenEndpoint.clear();
    who.impersonated = "nobody@ml.iam.gserviceaccount.com";
    expectRefused(ErrorCode::Invalid, "nobody@ml.iam.gserviceaccount.com:generateAccessToken answered 404");
}

TEST_F(GoogleIdentityTest, WhileTheIssuerIsOutOfReachTheTokenThatThereIsIsUsed) {
    const auto made = make();
    EXPECT_EQ(opening(**made, kNow), "Bearer federated");
    server.set(kSts, HttpResponse{400,
                                  {},
                                  R"({"error": "invalid_grant", "error_description":
                                  "Error connecting to the given credential's issuer."})"});
    EXPECT_EQ(opening(**made, kNow + std::chrono::minutes(58)), "Bearer federated");
    EXPECT_EQ(server.asked.size(), 2U);
    const auto out = download(**made, kNow + std::chrono::minutes(61));
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().code, ErrorCode::Unavailable);
}

TEST_F(GoogleIdentityTest, RefusalsSayWhichCallWithoutATokenInIt) {
    who.impersonated = "models@ml.iam.gserviceaccount.com";
    server.set(kIam, HttpResponse{403,
                                  {},
                                  R"({"error": {"code": 403, "message":
                                  "Permission 'iam.serviceAccounts.getAccessToken' denied for federated"}})"});
    expectRefused(ErrorCode::Forbidden,
                  kIam + " answered 403: Permission 'iam.serviceAccounts.getAccessToken' denied for •••");
    server.set(
        kSts, HttpResponse{400, {}, R"({"error": "invalid_grant", "error_description": "eyJ.first ended"})"});
    workload.asked = std::make_shared<int>(0);
    expectRefused(ErrorCode::Forbidden, kSts + " answered 400: invalid_grant: ••• ended");
    server.set(kSts, HttpResponse{503, {}, ""});
    expectRefused(ErrorCode::Unavailable, "answered 503");
}

TEST_F(GoogleIdentityTest, AnswersThatCannotBeTrueAreRefused) {
    who.impersonated = "models@ml.iam.gserviceaccount.com";
    for (const char* body :
         {"no JSON", "{}", R"({"accessToken": "a\r\nb", "expireTime": "2026-11-26T13:00:00Z"})",
          R"({"accessToken": "a", "expireTime": "soon"})", R"({"accessToken": "a"})"}) {
        server.set(kIam, body);
        expectRefused(ErrorCode::Invalid, kIam + " answered 200: its answer ");
    }
}

TEST_F(GoogleIdentityTest, WhatCannotBeIsRefusedByName) {
    const api::WorkloadIdentity good = who;
    for (const char* provider : {"", "pool", "https://iam.googleapis.com/x", "//iam.googleapis.com/a b"}) {
        who.provider = provider;
        expectUnmade("the identity's provider is");
    }
    who = good;
    who.provider = "identitynamespace:ml.svc.id.goog:https://container.googleapis.com/v1/projects/p/x";
    EXPECT_TRUE(make());
    for (const char* account : {"models", "a@b/../c", "a@b?x", "a @b"}) {
        who.impersonated = account;
        expectUnmade("the identity's service account of Google's is");
    }
    who = good;
    who.iamEndpoint = "iam.example";
    expectUnmade("the identity's iamEndpoint is");
}

}  // namespace
}  // namespace serin::sources
