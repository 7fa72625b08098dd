#include "sources/aws_role.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "tests/unit/sources/fake_server.h"
#include "tests/unit/sources/test_workload.h"

namespace serin::sources {
namespace {

using testing::FakeServer;
using testing::sourceOf;

const std::string kAsked = "POST https://sts.eu-central-1.amazonaws.com/";
const Timestamp kNow = *parseTime("2026-11-26T12:00:00Z");

std::string keys(const std::string& name, const std::string& end) {
    return cat(
        "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>",
        name, "</AccessKeyId><SecretAccessKey>hush-", name, "</SecretAccessKey><SessionToken>session-", name,
        "</SessionToken><Expiration>", end,
        "</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>");
}

std::string trouble(const std::string& code, const std::string& message) {
    return cat("<ErrorResponse><Error><Type>Sender</Type><Code>", code, "</Code><Message>", message,
               "</Message></Error></ErrorResponse>");
}

class AwsRoleTest : public ::testing::Test {
  protected:
    AwsRoleTest() {
        who.serviceAccount = "fraud.models";
        who.role = "arn:aws:iam::123456789012:role/models";
        who.region = "eu-central-1";
        server.set(kAsked, keys("ASIAONE", "2026-11-26T13:00:00Z"));
        server.then(kAsked, HttpResponse{200, {}, keys("ASIATWO", "2026-11-26T14:00:00Z")});
    }
    std::unique_ptr<Store> store(const std::string& session = "") {
        CloudIdentity identity = workload.identity(who);
        identity.session = session;
        auto made = makeStore(api::StoreKind::S3, {}, server, identity);
        EXPECT_TRUE(made) << made.error().message;
        return std::move(made).value();
    }
    // Of a file's download, which is signed.
    std::map<std::string, std::string> headersAt(Store& asked, Timestamp now) {
        const auto out = asked.download(sourceOf("s3://models/fraud"), "s3:models/fraud/ sha256:0",
                                        {"a", 1, "", "\"1\""}, now);
        EXPECT_TRUE(out) << out.error().message;
        return out ? out->headers : std::map<std::string, std::string>();
    }
    void expectRefused(ErrorCode code, const std::string& words) {
        const auto out = store()->resolve(sourceOf("s3://models/fraud"), kNow);
        ASSERT_NO_FATAL_FAILURE(testing::expectWords(out, words));
        EXPECT_EQ(out.error().code, code) << out.error().message;
    }
    void expectUnmade(const std::string& words, const std::string& session = "") {
        CloudIdentity identity = workload.identity(who);
        identity.session = session;
        const auto made = makeStore(api::StoreKind::S3, {}, server, identity);
        testing::expectWords(made, words);
    }

    FakeServer server;
    testing::TestWorkload workload;
    api::WorkloadIdentity who;
};

TEST_F(AwsRoleTest, IsAssumedByTheWorkloadsToken) {
    headersAt(*store(), kNow);
    ASSERT_EQ(server.asked.size(), 1U);
    EXPECT_EQ(server.asked[0].what, kAsked);
    EXPECT_EQ(server.asked[0].headers.at("content-type"), "application/x-www-form-urlencoded");
    EXPECT_EQ(server.asked[0].body,
              "Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fmodels&"
              "RoleSessionName=serin-fraud.models&Version=2011-06-15&WebIdentityToken=eyJ.first");
}

TEST_F(AwsRoleTest, RequestsAreSignedWithItsKeysInItsRegion) {
    const auto headers = headersAt(*store(), kNow);
    EXPECT_TRUE(
        headers.at("authorization")
            .starts_with("AWS4-HMAC-SHA256 Credential=ASIAONE/20261126/eu-central-1/s3/aws4_request"));
    EXPECT_EQ(headers.at("x-amz-security-token"), "session-ASIAONE");
    EXPECT_EQ(headers.at("host"), "s3.eu-central-1.amazonaws.com");
}

TEST_F(AwsRoleTest, KeysAreKeptUntilShortlyBeforeTheirEndAndTheTokenIsReadAnew) {
    const auto one = store();
    headersAt(*one, kNow);
    headersAt(*one, kNow + std::chrono::minutes(54));
    EXPECT_EQ(server.asked.size(), 1U);
    EXPECT_EQ(headersAt(*one, kNow + std::chrono::minutes(56)).at("x-amz-security-token"), "session-ASIATWO");
    ASSERT_EQ(server.asked.size(), 2U);
    EXPECT_TRUE(server.asked[1].body.ends_with("WebIdentityToken=eyJ.second"));
    EXPECT_EQ(*workload.asked, 2);
}

TEST_F(AwsRoleTest, ASessionMayHaveANameOfItsOwn) {
    headersAt(*store("night@batch"), kNow);
    EXPECT_NE(server.asked.at(0).body.find("RoleSessionName=night%40batch&"), std::string::npos);
    expectUnmade("the name of the role's session is \"a/b\"", "a/b");
    expectUnmade("state 2 to 64 letters", "a");
}

TEST_F(AwsRoleTest, AServiceAccountsLongNameIsCutForTheSession) {
    who.serviceAccount = std::string(200, 'a');
    headersAt(*store(), kNow);
    EXPECT_NE(server.asked.at(0).body.find(cat("RoleSessionName=serin-", std::string(58, 'a'), "&")),
              std::string::npos);
}

TEST_F(AwsRoleTest, WithoutARegionItIsOfTheEndpointsOrTheFirst) {
    who.region.clear();
    server.set("POST https://sts.us-east-1.amazonaws.com/", keys("ASIAONE", "2026-11-26T13:00:00Z"));
    EXPECT_EQ(headersAt(*store(), kNow).at("host"), "s3.us-east-1.amazonaws.com");
    who.tokenEndpoint = "https://sts.cn-north-1.amazonaws.com.cn";
    server.set("POST https://sts.cn-north-1.amazonaws.com.cn/", keys("ASIAONE", "2026-11-26T13:00:00Z"));
    EXPECT_EQ(headersAt(*store(), kNow).at("host"), "s3.cn-north-1.amazonaws.com.cn");
}

TEST_F(AwsRoleTest, AnotherServersStsIsAskedWhereItIsStated) {
    who.tokenEndpoint = "http://minio.ml.svc:9000/sts";
    server.set("POST http://minio.ml.svc:9000/sts/", keys("ASIAONE", "2026-11-26T13:00:00Z"));
    headersAt(*store(), kNow);
    EXPECT_EQ(server.asked.at(0).what, "POST http://minio.ml.svc:9000/sts/");
}

TEST_F(AwsRoleTest, ARefusalIsToldInTheServersWordsWithoutTheToken) {
    server.set(kAsked, HttpResponse{400, {}, trouble("InvalidIdentityToken", "no provider for eyJ.first")});
    expectRefused(ErrorCode::Forbidden, kAsked + " answered 400: InvalidIdentityToken: no provider for •••");
    server.set(kAsked, HttpResponse{403, {}, trouble("AccessDenied", "Not authorized to perform it")});
    expectRefused(ErrorCode::Forbidden, "answered 403: AccessDenied");
}

TEST_F(AwsRoleTest, WhatPassesIsNoRefusal) {
    for (const char* code : {"IDPCommunicationError", "Throttling", "ThrottlingException"}) {
        server.set(kAsked, HttpResponse{400, {}, trouble(code, "later")});
        expectRefused(ErrorCode::Unavailable, code);
    }
    server.set(kAsked, HttpResponse{503, {}, ""});
    expectRefused(ErrorCode::Unavailable, "answered 503");
}

TEST_F(AwsRoleTest, AnAnswerThatCannotBeTrueIsRefused) {
    server.set(kAsked, "<html/>");
    expectRefused(ErrorCode::Invalid, kAsked + " answered 200: its answer has no Credentials");
}

TEST_F(AwsRoleTest, TheTokenFollowsNoRedirect) {
    server.set(kAsked, HttpResponse{307, {{"location", "https://elsewhere.example/"}}, ""});
    expectRefused(ErrorCode::Invalid, "answered 307");
    EXPECT_EQ(server.asked.size(), 1U);
}

TEST_F(AwsRoleTest, KeysThatTheStoreRepeatsAreNotToldOn) {
    server.set(
        "GET https://s3.eu-central-1.amazonaws.com/models?list-type=2&prefix=fraud%2F",
        HttpResponse{
            403, {}, "<Error><Code>Odd</Code><Message>session-ASIAONE hush-ASIAONE</Message></Error>"});
    expectRefused(ErrorCode::Forbidden, "answered 403: Odd: ••• •••");
}

TEST_F(AwsRoleTest, WithoutATokenNobodyIsAsked) {
    CloudIdentity identity{who, []() -> Result<std::string> { return invalid("there is no token"); }};
    const auto made = makeStore(api::StoreKind::S3, {}, server, identity);
    ASSERT_TRUE(made);
    const auto out = (*made)->resolve(sourceOf("s3://models/fraud"), kNow);
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().message, "there is no token");
    EXPECT_TRUE(server.asked.empty());
}

TEST_F(AwsRoleTest, WhatCannotBeIsRefusedByName) {
    const api::WorkloadIdentity good = who;
    for (const char* role : {"", "models", "arn:aws:iam::1:user/x", "arn:aws:iam::1:role/a b"}) {
        who.role = role;
        expectUnmade("state its ARN");
    }
    who = good;
    who.region = "eu-west-1.evil.example/";
    expectUnmade("the identity's region is");
    who = good;
    for (const char* url :
         {"sts.example", "ftp://sts.example", "https://u@sts.example", "https://", "https://a?b"}) {
        who.tokenEndpoint = url;
        expectUnmade("the identity's tokenEndpoint is");
    }
}

}  // namespace
}  // namespace serin::sources
