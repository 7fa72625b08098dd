#include "sources/access_token.h"

#include <gtest/gtest.h>

#include "tests/unit/sources/fake_server.h"

namespace serin::sources {
namespace {

using testing::FakeServer;

const std::string kAsked = "POST https://login.example/token";

class AccessTokenTest : public ::testing::Test {
  protected:
    Result<std::string> at(int minute) { return token.at(Timestamp(std::chrono::minutes(minute))); }

    FakeServer server;
    AccessToken token{server,
                      "https://login.example/token",
                      [](Timestamp) -> Result<Query> {
                          return Query{{"secret", "hush-hush"}};
                      },
                      {{"SECRET", "hush-hush"}}};
};

TEST_F(AccessTokenTest, IsAskedForByAFormAndKeptUntilShortlyBeforeItsEnd) {
    server.set(kAsked, R"({"access_token": "one", "expires_in": 3600})");
    server.then(kAsked, HttpResponse{200, {}, R"({"access_token": "two", "expires_in": "3600"})"});
    EXPECT_EQ(*at(0), "one");
    EXPECT_EQ(server.asked.at(0).body, "secret=hush-hush");
    EXPECT_EQ(server.asked.at(0).headers.at("content-type"), "application/x-www-form-urlencoded");
    EXPECT_EQ(*at(54), "one");
    EXPECT_EQ(server.asked.size(), 1U);
    EXPECT_EQ(*at(56), "two");
    EXPECT_EQ(*at(57), "two");
    EXPECT_EQ(server.asked.size(), 2U);
}

TEST_F(AccessTokenTest, WithoutATimeIsNotKept) {
    server.set(kAsked, R"({"access_token": "one"})");
    EXPECT_TRUE(at(0) && at(0));
    EXPECT_EQ(server.asked.size(), 2U);
}

TEST_F(AccessTokenTest, ARefusalIsToldInTheServersWordsWithoutTheSecret) {
    server.set(
        kAsked,
        HttpResponse{
            400, {}, R"({"error": "invalid_client", "error_description": "not hush-hush\r\nTrace: 1"})"});
    const auto out = at(0);
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().code, ErrorCode::Forbidden);
    EXPECT_EQ(out.error().message, kAsked + " answered 400: invalid_client: not •••");
}

TEST_F(AccessTokenTest, AServerThatIsDownOrSaysNothingIsNotABadSecret) {
    server.set(kAsked, HttpResponse{503, {}, ""});
    EXPECT_EQ(at(0).error().code, ErrorCode::Unavailable);
    server.set(kAsked, R"({"expires_in": 3600})");
    EXPECT_EQ(at(0).error().code, ErrorCode::Invalid);
    server.set(kAsked, R"({"access_token": "a\r\nb", "expires_in": 3600})");
    EXPECT_EQ(at(0).error().code, ErrorCode::Invalid);
}

TEST_F(AccessTokenTest, WhatPassesByItselfIsNotABadSecretAndTheOldTokenServes) {
    server.set(kAsked, R"({"access_token": "one", "expires_in": 3600})");
    EXPECT_EQ(*at(0), "one");
    int minute = 57;
    for (const char* error : {"temporarily_unavailable", "server_error"}) {
        server.set(kAsked, HttpResponse{400, {}, R"({"error": ")" + std::string(error) + R"("})"});
        const size_t before = server.asked.size();
        EXPECT_EQ(*at(++minute), "one") << error;
        EXPECT_EQ(server.asked.size(), before + 1);
    }
    EXPECT_EQ(at(60).error().code, ErrorCode::Unavailable);
    server.set(kAsked, HttpResponse{400, {}, R"({"error": "invalid_client"})"});
    EXPECT_EQ(at(60).error().code, ErrorCode::Forbidden);
}

TEST_F(AccessTokenTest, AnAddressWhereNobodyGivesTokensIsNoModelThatIsMissing) {
    EXPECT_EQ(at(0).error().code, ErrorCode::Invalid);
    EXPECT_EQ(at(0).error().message,
              kAsked + " answered 404; state the address of a server that gives tokens");
}

TEST_F(AccessTokenTest, TheSecretFollowsNoRedirect) {
    server.set(kAsked, HttpResponse{307, {{"location", "https://elsewhere.example/"}}, ""});
    EXPECT_FALSE(at(0));
    EXPECT_EQ(server.asked.size(), 1U);
}

}  // namespace
}  // namespace serin::sources
