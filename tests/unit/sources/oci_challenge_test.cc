#include "sources/oci_challenge.h"

#include <gtest/gtest.h>

namespace serin::sources {
namespace {

TEST(OciChallenge, ABearerHasWhereAndForWhatATokenIsAsked) {
    const auto out = readChallenge(
        R"(Bearer realm="https://auth.example/token",service="registry.example",scope="repository:ml/fraud:pull")");
    ASSERT_TRUE(out);
    EXPECT_EQ(*out, (OciChallenge{false, "https://auth.example/token", "registry.example",
                                  "repository:ml/fraud:pull"}));
}

TEST(OciChallenge, ParametersMayBeBareBlankedOrQuotedWithCommas) {
    const auto out = readChallenge(R"(bearer  REALM = https://auth.example/t , Service="a, \"b\"")");
    ASSERT_TRUE(out);
    EXPECT_EQ(*out, (OciChallenge{false, "https://auth.example/t", "a, \"b\"", ""}));
}

TEST(OciChallenge, OfSeveralTheBearerCounts) {
    const auto out = readChallenge(R"(Basic realm="r", Bearer realm="https://auth.example/t", Negotiate)");
    ASSERT_TRUE(out);
    EXPECT_EQ(out->realm, "https://auth.example/t");
    EXPECT_TRUE(readChallenge(R"(Negotiate abc==, Basic realm="r")")->basic);
}

TEST(OciChallenge, WhatAsksForNeitherIsNone) {
    for (const char* header :
         {"", "Negotiate", "Bearer", R"(Bearer service="x")", "Digest realm=\"x\"", ",,,", "="}) {
        EXPECT_FALSE(readChallenge(header)) << header;
    }
    EXPECT_FALSE(readChallenge("Bearer realm=\"https://a/" + std::string(4000, 'x') + "\""));
}

TEST(OciChallenge, ATokenIsAskedForOneRepositoryAlone) {
    const OciChallenge challenge{false, "https://auth.example/token", "registry.example", ""};
    EXPECT_EQ(*tokenUrl(challenge, "https://registry.example", "repository:ml/fraud:pull"),
              "https://auth.example/token?service=registry.example&scope=repository%3Aml%2Ffraud%3Apull");
    EXPECT_EQ(
        *tokenUrl({false, "https://auth.example/token?account=a", "", "x y"}, "https://registry.example", ""),
        "https://auth.example/token?account=a&scope=x%20y");
}

TEST(OciChallenge, CredentialsGoNowhereInTheClearBecauseARegistrySaysSo) {
    const OciChallenge challenge{false, "http://auth.example/token", "", ""};
    const auto refused = tokenUrl(challenge, "https://registry.example", "s");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("in the clear"), std::string::npos);
    EXPECT_TRUE(tokenUrl(challenge, "http://registry.ml.svc:5000", "s"));
}

TEST(OciChallenge, ARealmThatIsNoUrlIsRefused) {
    for (const char* realm :
         {"auth.example/token", "file:///etc/passwd", "https://", "https:///x",
          "https://me:secret@auth.example/", "https://a.example/ b", "https://a.example/#x"}) {
        EXPECT_FALSE(tokenUrl({false, realm, "", ""}, "https://registry.example", "s")) << realm;
    }
}

}  // namespace
}  // namespace serin::sources
