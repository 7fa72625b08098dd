#include "sources/external_account.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace serin::sources {
namespace {

using nlohmann::json;

// As AIP-4117 shows it.
json account() {
    return {{"type", "external_account"},
            {"audience",
             "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/cluster"},
            {"subject_token_type", "urn:ietf:params:oauth:token-type:jwt"},
            {"service_account_impersonation_url",
             "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
             "models@ml.iam.gserviceaccount.com:generateAccessToken"},
            {"token_url", "https://sts.googleapis.com/v1/token"},
            {"credential_source", {{"file", "/var/run/token"}}}};
}

void expectRefused(const json& written, const std::string& words) {
    const auto out = readExternalAccount(written.dump());
    ASSERT_FALSE(out) << words;
    EXPECT_NE(out.error().message.find(words), std::string::npos) << out.error().message;
}

TEST(ExternalAccount, SaysWhoItIsAndWhereItsTokenIs) {
    const auto out = readExternalAccount(account().dump(2));
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->who.provider, account()["audience"]);
    EXPECT_EQ(out->who.tokenEndpoint, "https://sts.googleapis.com/v1/token");
    EXPECT_EQ(out->who.iamEndpoint, "https://iamcredentials.googleapis.com");
    EXPECT_EQ(out->who.impersonated, "models@ml.iam.gserviceaccount.com");
    EXPECT_EQ(out->tokenFile, "/var/run/token");
    EXPECT_EQ(out->tokenField, "");
}

TEST(ExternalAccount, NeedsNoServiceAccountOfGooglesAndMayHaveItsTokenInJson) {
    json written = account();
    written.erase("service_account_impersonation_url");
    written["credential_source"]["format"] = {{"type", "json"}, {"subject_token_field_name", "id_token"}};
    const auto out = readExternalAccount(written.dump());
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->who.impersonated, "");
    EXPECT_EQ(out->tokenField, "id_token");
}

TEST(ExternalAccount, ATokenFromElsewhereThanAFileIsRefused) {
    json written = account();
    for (const json& source :
         {json{{"url", "http://localhost/token"}}, json{{"executable", {{"command", "/bin/sh"}}}},
          json{{"environment_id", "aws1"}, {"file", "/x"}}, json::object()}) {
        written["credential_source"] = source;
        expectRefused(written, "credential_source without a file");
    }
    written = account();
    written["credential_source"]["format"] = {{"type", "json"}};
    expectRefused(written, "credential_source.format that is neither");
}

TEST(ExternalAccount, WhatIsNoneIsRefusedByItsField) {
    const auto with = [](const char* field, const json& value) {
        json out = account();
        out[field] = value;
        return out;
    };
    EXPECT_FALSE(readExternalAccount("hush"));
    expectRefused(with("type", "authorized_user"), "is of the type 'authorized_user'");
    expectRefused(with("subject_token_type", "urn:ietf:params:oauth:token-type:saml2"), "subject_token_type");
    expectRefused(with("audience", "pool"), "the identity's provider is \"pool\"");
    expectRefused(with("token_url", ""), "has no token_url");
    expectRefused(with("token_url", "ftp://x"), "the identity's tokenEndpoint");
    expectRefused(with("service_account_impersonation_url", "https://iam.example/models"),
                  "service_account_impersonation_url that is not");
}

}  // namespace
}  // namespace serin::sources
