#include "sources/azure_identity.h"

#include <gtest/gtest.h>

namespace serin::sources {
namespace {

const std::string kKey = "c2VyaW4=";

void expectRefused(const Credentials& credentials, const std::string& words) {
    const auto out = azureIdentityOf(credentials);
    ASSERT_FALSE(out) << words;
    EXPECT_EQ(out.error().code, ErrorCode::Invalid);
    EXPECT_NE(out.error().message.find(words), std::string::npos) << out.error().message;
    EXPECT_EQ(out.error().message.find("hush"), std::string::npos) << out.error().message;
}

TEST(AzureIdentity, AKeyIsItsBytes) {
    const auto out = azureIdentityOf({{"AZURE_STORAGE_ACCESS_KEY", kKey + "\n"}});
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->key, "serin");
}

TEST(AzureIdentity, ASignatureMayComeWithWhatStandsBeforeIt) {
    for (const char* text :
         {"sv=1&sig=a%2Bb", "?sv=1&sig=a%2Bb", "https://acct1.blob.core.windows.net/m?sv=1&sig=a%2Bb"}) {
        const auto out = azureIdentityOf({{"AZURE_STORAGE_SAS_TOKEN", text}});
        ASSERT_TRUE(out) << out.error().message;
        EXPECT_EQ(out->sas, "sv=1&sig=a%2Bb");
    }
}

TEST(AzureIdentity, AConnectionStringHasAKeyOrASignature) {
    const auto key = azureIdentityOf({{"AZURE_STORAGE_CONNECTION_STRING",
                                       "DefaultEndpointsProtocol=https;AccountName=acct1;AccountKey=" + kKey +
                                           ";EndpointSuffix=core.windows.net"}});
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_EQ(key->account, "acct1");
    EXPECT_EQ(key->key, "serin");
    const auto sas = azureIdentityOf(
        {{"AZURE_STORAGE_CONNECTION_STRING",
          "BlobEndpoint=https://acct1.blob.core.windows.net/;SharedAccessSignature=sv=1&sp=rl&sig=x%3D"}});
    ASSERT_TRUE(sas) << sas.error().message;
    EXPECT_EQ(sas->sas, "sv=1&sp=rl&sig=x%3D");
}

TEST(AzureIdentity, APrincipalIsOfThePublicCloudUnlessItSaysOtherwise) {
    Credentials credentials{
        {"AZURE_TENANT_ID", "contoso.example"}, {"AZURE_CLIENT_ID", "app"}, {"AZURE_CLIENT_SECRET", "hush"}};
    auto out = azureIdentityOf(credentials);
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->authority, "https://login.microsoftonline.com");
    credentials["AZURE_AUTHORITY_HOST"] = "https://login.chinacloudapi.cn/";
    out = azureIdentityOf(credentials);
    EXPECT_EQ(out->authority, "https://login.chinacloudapi.cn");
    credentials["AZURE_AUTHORITY_HOST"] = "http://login.example";
    expectRefused(credentials, "AZURE_AUTHORITY_HOST begins with other than https://");
}

TEST(AzureIdentity, NoCredentialsAreNobody) {
    const auto out = azureIdentityOf({});
    ASSERT_TRUE(out);
    EXPECT_TRUE(out->key.empty() && out->sas.empty() && out->secret.empty());
}

TEST(AzureIdentity, WhatCannotBeIsRefusedByName) {
    expectRefused({{"accountkey", kKey}}, "none of the keys AZURE_STORAGE_ACCESS_KEY");
    expectRefused({{"AZURE_STORAGE_ACCESS_KEY", "hush!"}}, "AZURE_STORAGE_ACCESS_KEY has no key in base64");
    expectRefused({{"AZURE_STORAGE_ACCESS_KEY", " aaaaaaa"}}, "no key in base64");
    expectRefused({{"AZURE_STORAGE_SAS_TOKEN", "sv=1&sp=rl"}}, "no shared access signature");
    expectRefused({{"AZURE_STORAGE_SAS_TOKEN", "sv=1&sig=hush x"}}, "no shared access signature");
    expectRefused({{"AZURE_STORAGE_ACCESS_KEY", kKey}, {"AZURE_STORAGE_SAS_TOKEN", "sig=hush"}},
                  "have AZURE_STORAGE_ACCESS_KEY and AZURE_STORAGE_SAS_TOKEN; keep one of them");
    expectRefused({{"AZURE_STORAGE_CONNECTION_STRING", "AccountName=acct1"}}, "neither AccountKey nor");
    expectRefused({{"AZURE_STORAGE_CONNECTION_STRING", "UseDevelopmentStorage=true"}}, "an emulator");
    expectRefused({{"AZURE_STORAGE_CONNECTION_STRING",
                    "AccountName=a;AccountKey=" + kKey + ";BlobEndpoint=http://azurite:10000/a"}},
                  "source.endpoint");
    expectRefused({{"AZURE_TENANT_ID", "t"}, {"AZURE_CLIENT_ID", "c"}}, "have no AZURE_CLIENT_SECRET");
    expectRefused({{"AZURE_CLIENT_SECRET", "hush"}}, "have no AZURE_TENANT_ID");
    expectRefused({{"AZURE_TENANT_ID", "t/../u"}, {"AZURE_CLIENT_ID", "c"}, {"AZURE_CLIENT_SECRET", "hush"}},
                  "AZURE_TENANT_ID is neither");
}

TEST(AzureIdentity, AWorkloadsFieldsAreCheckedByName) {
    const auto problem = [](const api::WorkloadIdentity& who) {
        const auto out =
            azureWorkload(CloudIdentity{who, []() -> Result<std::string> { return std::string("token"); }});
        return out ? "" : out.error().message;
    };
    api::WorkloadIdentity who;
    who.tenant = "contoso.example";
    who.client = "app";
    EXPECT_EQ(problem(who), "");
    who.authority = "http://login.ml.svc:8080";
    EXPECT_EQ(problem(who), "");
    who.authority = "login.example";
    EXPECT_NE(problem(who).find("the identity's authority is \"login.example\""), std::string::npos);
    who.authority.clear();
    who.client = "a b";
    EXPECT_NE(problem(who).find("the identity's client is"), std::string::npos);
    who.tenant = "../x";
    EXPECT_NE(problem(who).find("the identity's tenant is"), std::string::npos);
}

}  // namespace
}  // namespace serin::sources
