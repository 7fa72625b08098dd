#include "runtime/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.h"

namespace serin::runtime {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A Secret's values, not yet in base64.
Result<net::Access> credentials(const std::map<std::string, std::string>& values) {
    KeyedData secret;
    for (const auto& [key, value] : values) secret.data[key] = encodeBase64(value);
    return credentialsOf(secret, "the Secret");
}
std::string header(const std::map<std::string, std::string>& values) {
    const auto found = credentials(values);
    return found ? found->authorization : found.error().message;
}
std::string refusal(const std::map<std::string, std::string>& values) {
    const auto found = credentials(values);
    return found ? "accepted" : found.error().message;
}

TEST(Credentials, AreABearerTokenWithoutTheLineBreakAtItsEnd) {
    EXPECT_EQ(header({{"token", "eyJh.b-c_d~e+f/g=="}}), "Bearer eyJh.b-c_d~e+f/g==");
    EXPECT_EQ(header({{"token", "abc\n"}}), "Bearer abc");
    EXPECT_EQ(header({{"token", "abc\r\n"}, {"ca.crt", "ignored"}}), "Bearer abc");
}

TEST(Credentials, AreAUserAndAPasswordAsRfc7617HasThem) {
    EXPECT_EQ(header({{"username", "Aladdin"}, {"password", "open sesame"}}),
              "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    EXPECT_EQ(header({{"username", "test"}, {"password", "123\xC2\xA3"}}), "Basic dGVzdDoxMjPCow==");
    EXPECT_EQ(header({{"username", "reader\n"}, {"password", "a:b\n"}}), "Basic cmVhZGVyOmE6Yg==");
    EXPECT_EQ(header({{"username", "reader"}, {"password", ""}}), "Basic cmVhZGVyOg==");
}

TEST(Credentials, KnowWhatOfThemMustNotBeRepeated) {
    EXPECT_THAT(credentials({{"token", "abc"}})->secrets, Contains("abc"));
    EXPECT_THAT(credentials({{"username", "reader"}, {"password", "a:b"}})->secrets,
                AllOf(Contains("a:b"), Contains("cmVhZGVyOmE6Yg==")));
}

TEST(Credentials, NameTheKeysThatAreThereAndThoseThatAreWanted) {
    EXPECT_EQ(refusal({{"Token", "s3cret"}, {"user", "s3cret"}}),
              "the Secret has Token, user; put there the key token, or username and password");
    EXPECT_EQ(refusal({}), "the Secret has no key; put there the key token, or username and password");
    EXPECT_EQ(refusal({{"username", "s3cret"}}),
              "the Secret has username; put there the key token, or username and password");
    EXPECT_EQ(refusal({{"token", "s3cret"}, {"username", "s3cret"}, {"password", "s3cret"}}),
              "the Secret has a token and a username with a password; keep one of them");
}

TEST(Credentials, ThatCannotStandInAHeaderAreRefusedAndNotPrinted) {
    for (const char* token : {"s3cret\nx: y", "s3cret x", "s3cret\x01", "s3cret\xC3\xA4", "s3cret\x7f"}) {
        EXPECT_THAT(refusal({{"token", token}}),
                    AllOf(HasSubstr("cannot stand in a header"), Not(HasSubstr("s3cret"))))
            << token;
    }
    EXPECT_THAT(refusal({{"token", "\n"}}), HasSubstr("has an empty token"));
    EXPECT_THAT(refusal({{"username", "s3cret:b"}, {"password", "p"}}),
                AllOf(HasSubstr("a colon"), Not(HasSubstr("s3cret"))));
    EXPECT_THAT(refusal({{"username", "s3cret\nb"}, {"password", "p"}}),
                AllOf(HasSubstr("control character"), Not(HasSubstr("s3cret"))));
    EXPECT_THAT(refusal({{"username", "a"}, {"password", "s3cret\tb"}}),
                AllOf(HasSubstr("control character"), Not(HasSubstr("s3cret"))));
    EXPECT_THAT(refusal({{"username", ""}, {"password", "s3cret"}}), HasSubstr("has an empty username"));
}

TEST(Credentials, ThatAreNotBase64AreRefused) {
    KeyedData secret;
    secret.data["token"] = "s3cret!";
    const auto found = credentialsOf(secret, "the Secret");
    ASSERT_FALSE(found.ok());
    EXPECT_THAT(found.error().message,
                AllOf(StartsWith("the Secret has a token that is not base64"), Not(HasSubstr("s3cret"))));
}

}  // namespace
}  // namespace serin::runtime
