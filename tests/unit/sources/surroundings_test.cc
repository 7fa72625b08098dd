#include "sources/surroundings.h"

#include <gtest/gtest.h>

#include <map>

#include "base/text.h"
#include "tests/unit/sources/test_key.h"

namespace serin::sources {
namespace {

using Texts = std::map<std::string, std::string>;

Result<Asker> asker(api::StoreKind kind, const Texts& variables, const Texts& files = {}) {
    return askerIn(
        kind,
        [&](const std::string& name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        },
        [files](const std::string& path) -> Result<std::string> {
            const auto found = files.find(path);
            if (found == files.end()) return Error{ErrorCode::NotFound, "there is no file " + path};
            return found->second;
        });
}

void expectRefused(const Result<Asker>& out, const std::string& words) {
    ASSERT_FALSE(out) << words;
    EXPECT_NE(out.error().message.find(words), std::string::npos) << out.error().message;
}

const Texts kAws{{"AWS_WEB_IDENTITY_TOKEN_FILE", "/aws/token"},
                 {"AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/models"},
                 {"AWS_REGION", "eu-central-1"},
                 {"AWS_ROLE_SESSION_NAME", "night"},
                 {"AWS_ENDPOINT_URL_STS", "https://sts.example"}};

TEST(Surroundings, HaveKeysAndNothingElse) {
    const auto out =
        asker(api::StoreKind::S3, {{"AWS_ACCESS_KEY_ID", "a"}, {"HF_TOKEN", "x"}, {"AWS_REGION", ""}});
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->credentials, (Credentials{{"AWS_ACCESS_KEY_ID", "a"}}));
    EXPECT_FALSE(out->identity);
    EXPECT_EQ(out->remark, "");
}

TEST(Surroundings, HaveARoleOfAmazonsAsItsWebhookWritesIt) {
    const auto out = asker(api::StoreKind::S3, kAws, {{"/aws/token", "eyJ.token\n"}});
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_TRUE(out->credentials.empty());
    ASSERT_TRUE(out->identity);
    EXPECT_EQ(out->identity->who.role, "arn:aws:iam::123456789012:role/models");
    EXPECT_EQ(out->identity->who.region, "eu-central-1");
    EXPECT_EQ(out->identity->who.tokenEndpoint, "https://sts.example");
    EXPECT_EQ(out->identity->session, "night");
    EXPECT_EQ(*out->identity->token(), "eyJ.token");
}

TEST(Surroundings, OfKeysAndAWorkloadTheKeysCountAndThatIsSaid) {
    Texts variables = kAws;
    variables["AWS_ACCESS_KEY_ID"] = "a";
    variables["AWS_SECRET_ACCESS_KEY"] = "hush";
    const auto out = asker(api::StoreKind::S3, variables);
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_FALSE(out->identity);
    EXPECT_EQ(out->credentials.at("AWS_SECRET_ACCESS_KEY"), "hush");
    EXPECT_EQ(out->remark,
              "the environment has AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_WEB_IDENTITY_TOKEN_FILE: "
              "AWS_ACCESS_KEY_ID counts, as for the cloud's own tools");
}

TEST(Surroundings, AnotherCloudsWorkloadIsNotLookedAt) {
    const auto out = asker(api::StoreKind::Gcs, kAws);
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_FALSE(out->identity);
    EXPECT_FALSE(asker(api::StoreKind::Mlflow, kAws)->identity);
}

TEST(Surroundings, WhatLacksBesideATokensFileIsNamed) {
    expectRefused(asker(api::StoreKind::S3, {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}}), "and no AWS_ROLE_ARN");
    expectRefused(asker(api::StoreKind::AzureBlob, {{"AZURE_FEDERATED_TOKEN_FILE", "/t"}}),
                  "and no AZURE_TENANT_ID");
    expectRefused(
        asker(api::StoreKind::AzureBlob, {{"AZURE_FEDERATED_TOKEN_FILE", "/t"}, {"AZURE_TENANT_ID", "t"}}),
        "and no AZURE_CLIENT_ID");
}

TEST(Surroundings, HaveAnApplicationOfAzuresAsItsWebhookWritesIt) {
    const auto out = asker(api::StoreKind::AzureBlob, {{"AZURE_FEDERATED_TOKEN_FILE", "/azure/token"},
                                                       {"AZURE_TENANT_ID", "tenant"},
                                                       {"AZURE_CLIENT_ID", "client"},
                                                       {"AZURE_AUTHORITY_HOST", "https://login.example/"}});
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_TRUE(out->credentials.empty());
    ASSERT_TRUE(out->identity);
    EXPECT_EQ(out->identity->who.tenant, "tenant");
    EXPECT_EQ(out->identity->who.client, "client");
    EXPECT_EQ(out->identity->who.authority, "https://login.example/");
    EXPECT_NE(out->identity->token().error().message.find("there is no file /azure/token"),
              std::string::npos);
}

TEST(Surroundings, HaveAFileOfGooglesThatIsAKeyOrNamesATokensFile) {
    const Texts variables{{"GOOGLE_APPLICATION_CREDENTIALS", "/google/file"}};
    const std::string key = testing::serviceAccount("https://oauth2.example/token").dump();
    const auto ofKey = asker(api::StoreKind::Gcs, variables, {{"/google/file", key}});
    ASSERT_TRUE(ofKey) << ofKey.error().message;
    EXPECT_EQ(ofKey->credentials, (Credentials{{"GOOGLE_APPLICATION_CREDENTIALS_JSON", key}}));
    EXPECT_FALSE(ofKey->identity);
    const std::string account =
        R"({"type": "external_account", "audience": "//iam.googleapis.com/projects/1/x",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "token_url": "https://sts.example/v1/token",
        "credential_source": {"file": "/google/token"}})";
    const auto workload =
        asker(api::StoreKind::Gcs, variables, {{"/google/file", account}, {"/google/token", "eyJ.token"}});
    ASSERT_TRUE(workload) << workload.error().message;
    ASSERT_TRUE(workload->identity);
    EXPECT_TRUE(workload->credentials.empty());
    EXPECT_EQ(workload->identity->who.provider, "//iam.googleapis.com/projects/1/x");
    EXPECT_EQ(*workload->identity->token(), "eyJ.token");
}

TEST(Surroundings, AFileOfGooglesThatIsNeitherIsRefused) {
    const Texts variables{{"GOOGLE_APPLICATION_CREDENTIALS", "/google/file"}};
    expectRefused(asker(api::StoreKind::Gcs, variables), "GOOGLE_APPLICATION_CREDENTIALS: there is no file");
    const auto refused = [&](const std::string& text, const std::string& words) {
        expectRefused(asker(api::StoreKind::Gcs, variables, {{"/google/file", text}}),
                      "the file /google/file (GOOGLE_APPLICATION_CREDENTIALS) " + words);
    };
    refused(R"({"type": "authorized_user"})",
            "is of the type 'authorized_user', in whose name nothing is asked here; unset "
            "GOOGLE_APPLICATION_CREDENTIALS to ask without a name, or set GOOGLE_OAUTH_ACCESS_TOKEN");
    refused("no JSON", "is no JSON");
    refused(R"({"type": "gdch"})", "is of the type 'gdch'; the key of a service account is needed");
    auto key = testing::serviceAccount("https://oauth2.example/token");
    key["private_key"] = "none";
    refused(key.dump(), "has a private_key that is no private key of RSA in PEM");
    refused(R"({"type": "external_account"})", "has the subject_token_type ''");
}

// What a Secret holds must not have anybody read files.
TEST(Surroundings, AnExternalAccountInAKeyIsRefused) {
    class Nobody : public Exchange {
      public:
        Result<HttpResponse> send(const std::string&, const HttpRequest&, size_t) override {
            ADD_FAILURE() << "somebody was asked";
            return HttpResponse{};
        }
    } nobody;
    const std::string account =
        R"({"type": "external_account", "credential_source": {"file": "/etc/passwd"}})";
    const auto made =
        makeStore(api::StoreKind::Gcs, {{"GOOGLE_APPLICATION_CREDENTIALS_JSON", account}}, nobody);
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().message.find("names a file of the machine where it is read"), std::string::npos)
        << made.error().message;
}

}  // namespace
}  // namespace serin::sources
