#include "sources/workload_token.h"

#include <gtest/gtest.h>

namespace serin::sources {
namespace {

Result<std::string> tokenOf(const std::string& content, const std::string& field = "") {
    return tokenIn("/var/token", field, [&](const std::string&) { return Result<std::string>(content); })();
}

void expectRefused(const Result<std::string>& token, const std::string& words) {
    ASSERT_FALSE(token) << words;
    EXPECT_EQ(token.error().code, ErrorCode::Invalid);
    EXPECT_NE(token.error().message.find(words), std::string::npos) << token.error().message;
    EXPECT_EQ(token.error().message.find("hush"), std::string::npos) << token.error().message;
}

TEST(WorkloadToken, IsTheFileWithoutTheSpaceAroundIt) {
    EXPECT_EQ(*tokenOf("eyJ.token\n"), "eyJ.token");
}

TEST(WorkloadToken, IsReadAnewEachTime) {
    int reads = 0;
    const auto token = tokenIn("/var/token", "", [&](const std::string& path) -> Result<std::string> {
        EXPECT_EQ(path, "/var/token");
        return std::string(++reads == 1 ? "one" : "two");
    });
    EXPECT_EQ(*token(), "one");
    EXPECT_EQ(*token(), "two");
}

TEST(WorkloadToken, MayBeAFieldOfJson) {
    EXPECT_EQ(*tokenOf(R"({"access_token": "eyJ.token"})", "access_token"), "eyJ.token");
    expectRefused(tokenOf(R"({"access_token": 1})", "access_token"), "with a text \"access_token\"");
    expectRefused(tokenOf("hush", "access_token"), "it is no JSON with a text");
}

TEST(WorkloadToken, AFileThatIsMissingOrEmptyHasASentenceOfItsOwn) {
    const auto missing = tokenIn("/var/token", "", [](const std::string& path) -> Result<std::string> {
        return Error{ErrorCode::NotFound, "there is no file " + path};
    });
    expectRefused(missing(),
                  "the workload's token is not to be had: there is no file /var/token; see that the token");
    expectRefused(tokenOf(" \n"), "the file /var/token with the workload's token is empty");
}

TEST(WorkloadToken, WhatIsNoWordIsNone) {
    expectRefused(tokenOf("hush hush"), "holds no token");
    expectRefused(tokenOf("hush\r\nx: y"), "holds no token");
    expectRefused(tokenOf("hush\xc3\xbc"), "holds no token");
}

}  // namespace
}  // namespace serin::sources
