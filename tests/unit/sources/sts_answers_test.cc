#include "sources/sts_answers.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace serin::sources {
namespace {

std::string answer(const std::string& key, const std::string& secret, const std::string& session,
                   const std::string& end) {
    return cat(
        "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
        "<AssumeRoleWithWebIdentityResult><Audience>sts.amazonaws.com</Audience><Credentials>",
        "<SessionToken>", session, "</SessionToken><SecretAccessKey>", secret,
        "</SecretAccessKey><Expiration>", end, "</Expiration><AccessKeyId>", key,
        "</AccessKeyId></Credentials></AssumeRoleWithWebIdentityResult>"
        "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>"
        "</AssumeRoleWithWebIdentityResponse>");
}

void expectRefused(const std::string& body, const std::string& words) {
    const auto out = readTemporaryKeys(body);
    ASSERT_FALSE(out) << words;
    EXPECT_EQ(out.error().code, ErrorCode::Invalid);
    EXPECT_NE(out.error().message.find(words), std::string::npos) << out.error().message;
    EXPECT_EQ(out.error().message.find("hush"), std::string::npos) << out.error().message;
}

TEST(StsAnswers, HaveKeysAndTheirEnd) {
    const auto out =
        readTemporaryKeys(answer("ASIAEXAMPLE", "hush/secret", " hush+session\n ", "2026-11-26T13:00:00Z"));
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(*out, (TemporaryKeys{"ASIAEXAMPLE", "hush/secret", "hush+session",
                                   *parseTime("2026-11-26T13:00:00Z")}));
    EXPECT_TRUE(readTemporaryKeys(answer("A", "b", "c", "2026-11-26T13:00:00.123Z")));
}

TEST(StsAnswers, WithoutAKeyOrAnEndAreNone) {
    const std::string end = "2026-11-26T13:00:00Z";
    expectRefused("hush", "is not XML");
    expectRefused("<ErrorResponse/>", "has no Credentials");
    expectRefused(answer("", "hush", "hush", end), "no AccessKeyId");
    expectRefused(answer("A", "", "hush", end), "no SecretAccessKey");
    expectRefused(answer("A", "hush", "", end), "no SessionToken");
    expectRefused(answer("A", "hush", "hush&#10;x-evil: 1", end), "a SessionToken that cannot be one");
    expectRefused(answer("A", "hush", "hush", "tomorrow"), "do not say when they end");
}

TEST(StsAnswers, ThatRefuseHaveACodeAndAMessage) {
    const std::string body =
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>"
        "<Code>ExpiredTokenException</Code><Message>Token expired</Message></Error>"
        "<RequestId>1</RequestId></ErrorResponse>";
    EXPECT_EQ(stsCode(body), "ExpiredTokenException");
    EXPECT_EQ(stsWords({400, {}, body}), "ExpiredTokenException: Token expired");
    EXPECT_EQ(stsCode("down"), "");
    EXPECT_EQ(stsWords({503, {}, "down"}), "");
}

}  // namespace
}  // namespace serin::sources
