#include "sources/google_key.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "sources/hmac.h"
#include "tests/unit/sources/test_key.h"

namespace serin::sources {
namespace {

using nlohmann::json;
using testing::serviceAccount;
using testing::testKey;

json partOf(const std::string& text) {
    std::string out = text;
    std::ranges::replace(out, '-', '+');
    std::ranges::replace(out, '_', '/');
    out.append((4 - out.size() % 4) % 4, '=');
    return json::parse(bytesOfBase64(out).value_or(""), nullptr, false);
}

void expectRefused(const json& account, const std::string& words) {
    const auto out = readGoogleKey(account.dump());
    ASSERT_FALSE(out) << words;
    EXPECT_NE(out.error().message.find(words), std::string::npos) << out.error().message;
    EXPECT_EQ(out.error().message.find("hush"), std::string::npos) << out.error().message;
}

TEST(GoogleKey, AsksByAnAssertionThatItsPublicHalfVerifies) {
    const auto key = readGoogleKey(serviceAccount("https://oauth2.example/token").dump(2));
    ASSERT_TRUE(key) << key.error().message;
    const auto form = googleForm(*key, Timestamp(std::chrono::milliseconds(1'764'158'400'900)));
    ASSERT_TRUE(form) << form.error().message;
    EXPECT_EQ(form->at("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
    const auto parts = split(form->at("assertion"), '.');
    ASSERT_EQ(parts.size(), 3U);
    EXPECT_EQ(partOf(parts[0]), (json{{"alg", "RS256"}, {"typ", "JWT"}, {"kid", "1f2e"}}));
    EXPECT_EQ(partOf(parts[1]), (json{{"iss", "reader@ml.example"},
                                      {"scope", "https://www.googleapis.com/auth/devstorage.read_only"},
                                      {"aud", "https://oauth2.example/token"},
                                      {"iat", 1'764'158'400},
                                      {"exp", 1'764'162'000}}));
    EXPECT_TRUE(testKey().verifies(cat(parts[0], ".", parts[1]), parts[2]));
    EXPECT_FALSE(testKey().verifies(cat(parts[0], ".", parts[1], "x"), parts[2]));
}

TEST(GoogleKey, WhatIsNoneIsRefusedByItsField) {
    const json good = serviceAccount("https://oauth2.example/token");
    const auto without = [&](const char* field) {
        json out = good;
        out.erase(field);
        return out;
    };
    const auto with = [&](const char* field, const std::string& value) {
        json out = good;
        out[field] = value;
        return out;
    };
    EXPECT_FALSE(readGoogleKey("hush"));
    expectRefused(with("type", "authorized_user"), "is of the type 'authorized_user'");
    expectRefused(json{{"type", "external_account"}, {"credential_source", {{"file", "/etc/passwd"}}}},
                  "state a workload identity instead");
    expectRefused(without("client_email"), "has no client_email");
    expectRefused(without("token_uri"), "has no token_uri");
    expectRefused(with("private_key", "hush"), "private_key that is no private key");
    expectRefused(with("token_uri", "ftp://x"), "token_uri that is no address");
    expectRefused(with("token_uri", "https://me:hush@x/"), "token_uri that is no address");
}

}  // namespace
}  // namespace serin::sources
