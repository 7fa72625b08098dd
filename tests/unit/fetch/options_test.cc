#include "fetch/options.h"

#include <gtest/gtest.h>

#include <map>

namespace serin::fetch {
namespace {

using Variables = std::map<std::string, std::string>;

// The one file that there is.
Result<std::string> readFile(const std::string& path) {
    if (path == "/identity/token") return std::string("eyJ.token\n");
    return invalid("there is no file " + path);
}

Result<Options> parsed(const std::vector<std::string>& arguments, const Variables& variables = {}) {
    const auto environment = [&](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
    };
    return parseOptions(arguments, environment, readFile);
}

std::string problem(const std::vector<std::string>& arguments, const Variables& variables = {}) {
    const auto options = parsed(arguments, variables);
    return options ? "" : options.error().message;
}

const Variables kPod{
    {"SERIN_SOURCE_URI", "mlflow://fraud@champion"},  {"SERIN_SOURCE_ENDPOINT", "http://mlflow.ml.svc:5000/"},
    {"SERIN_SOURCE_ID", "mlflow:fraud/13 sha256:ab"}, {"SERIN_SOURCE_INTO", "/mnt/models"},
    {"SERIN_SOURCE_INCLUDE", "*.json\nweights/\n"},   {"MLFLOW_TRACKING_TOKEN", "hush"},
    {"AWS_SECRET_ACCESS_KEY", "of another store"}};

TEST(FetchOptions, ComeFromTheEnvironmentOfAPod) {
    const auto options = parsed({}, kPod);
    ASSERT_TRUE(options.ok()) << options.error().message;
    EXPECT_EQ(options->source.reference.store, api::StoreKind::Mlflow);
    EXPECT_EQ(options->source.endpoint, "http://mlflow.ml.svc:5000");
    EXPECT_EQ(options->id, "mlflow:fraud/13 sha256:ab");
    EXPECT_EQ(options->into, "/mnt/models");
    EXPECT_EQ(options->source.include, (std::vector<std::string>{"*.json", "weights/"}));
}

TEST(FetchOptions, TakeTheCredentialsOfTheirStoreAlone) {
    EXPECT_EQ(parsed({}, kPod)->credentials, (sources::Credentials{{"MLFLOW_TRACKING_TOKEN", "hush"}}));
}

TEST(FetchOptions, TakeADockerConfigurationUnderTheNameOfItsVariable) {
    const auto options = parsed({"--uri", "oci://registry.example/fraud:13", "--into", "m"},
                                {{"SERIN_DOCKER_CONFIG", "{}"}, {"OCI_USERNAME", "me"}});
    ASSERT_TRUE(options.ok()) << options.error().message;
    EXPECT_EQ(options->credentials,
              (sources::Credentials{{".dockerconfigjson", "{}"}, {"OCI_USERNAME", "me"}}));
}

TEST(FetchOptions, ASecretThatBroughtNothingIsNotTakenForNone) {
    Variables variables = kPod;
    variables["SERIN_SOURCE_CREDENTIALS"] = "mlflow";
    EXPECT_EQ(problem({}, variables), "");
    for (const bool empty : {true, false}) {
        if (empty) variables["MLFLOW_TRACKING_TOKEN"].clear();
        if (!empty) variables.erase("MLFLOW_TRACKING_TOKEN");
        EXPECT_EQ(problem({}, variables),
                  "the Secret mlflow is not there or has none of the keys MLFLOW_TRACKING_TOKEN, "
                  "MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD; make it, or take "
                  "spec.model.source.credentials out where none are wanted");
    }
}

const Variables kAzurePod{
    {"SERIN_SOURCE_URI", "azureblob://acct1/models/fraud"},
    {"SERIN_SOURCE_ID", "azureblob:acct1/models/fraud/ sha256:ab"},
    {"SERIN_SOURCE_INTO", "/mnt/models"},
    {"AZURE_TENANT_ID", "t"},
    {"AZURE_CLIENT_ID", "c"},
    {"AZURE_AUTHORITY_HOST", "https://login.example/"},
    {"AZURE_FEDERATED_TOKEN_FILE", "/var/run/secrets/azure/tokens/azure-identity-token"}};

TEST(FetchOptions, WhatAzuresWorkloadIdentityPutsIntoSerinsPodsIsNoCredential) {
    Variables variables = kAzurePod;
    const auto anonymous = parsed({}, variables);
    ASSERT_TRUE(anonymous.ok()) << anonymous.error().message;
    EXPECT_EQ(anonymous->credentials, sources::Credentials{});
    EXPECT_FALSE(anonymous->identity);
    variables["AZURE_CLIENT_SECRET"] = "s";
    EXPECT_EQ(parsed({}, variables)->credentials.size(), 4U);
    variables["SERIN_SOURCE_CREDENTIALS"] = "azure";
    EXPECT_EQ(parsed({}, variables)->credentials.size(), 4U);
    EXPECT_FALSE(parsed({}, variables)->identity);
}

TEST(FetchOptions, ByHandAWorkloadIsAsTheCloudsWebhooksDescribeIt) {
    Variables variables = kAzurePod;
    variables.erase("SERIN_SOURCE_ID");
    variables["AZURE_FEDERATED_TOKEN_FILE"] = "/identity/token";
    const auto options = parsed({}, variables);
    ASSERT_TRUE(options.ok()) << options.error().message;
    ASSERT_TRUE(options->identity);
    EXPECT_EQ(options->credentials, sources::Credentials{});
    EXPECT_EQ(options->identity->who.tenant, "t");
    EXPECT_EQ(*options->identity->token(), "eyJ.token");
    variables["AZURE_STORAGE_SAS_TOKEN"] = "sig=x";
    EXPECT_FALSE(parsed({}, variables)->identity);
    EXPECT_NE(parsed({}, variables)->remark.find("AZURE_STORAGE_SAS_TOKEN counts"), std::string::npos);
}

TEST(FetchOptions, InAPodTheIdentityIsThatOfTheModelDeployment) {
    Variables variables = kAzurePod;
    variables["SERIN_SOURCE_IDENTITY"] = R"({"tenant": "tenant-1", "client": "app"})";
    EXPECT_NE(problem({}, variables).find("SERIN_SOURCE_IDENTITY_TOKEN is missing"), std::string::npos);
    variables["SERIN_SOURCE_IDENTITY_TOKEN"] = "/identity/token";
    const auto options = parsed({}, variables);
    ASSERT_TRUE(options.ok()) << options.error().message;
    ASSERT_TRUE(options->identity);
    EXPECT_EQ(options->identity->who.tenant, "tenant-1");
    EXPECT_EQ(options->credentials, sources::Credentials{});
    EXPECT_EQ(*options->identity->token(), "eyJ.token");
    variables["SERIN_SOURCE_IDENTITY_TOKEN"] = "/elsewhere";
    EXPECT_NE(parsed({}, variables)->identity->token().error().message.find("there is no file /elsewhere"),
              std::string::npos);
    variables["SERIN_SOURCE_IDENTITY"] = "{}";
    EXPECT_NE(problem({}, variables).find("SERIN_SOURCE_IDENTITY names no cloud"), std::string::npos);
    variables["SERIN_SOURCE_CREDENTIALS"] = "azure";
    EXPECT_NE(problem({}, variables).find("are both there"), std::string::npos);
}

TEST(FetchOptions, FlagsWinOverTheEnvironment) {
    const auto options = parsed({"--id=another", "--include", "*.bin", "--connections", "9"}, kPod);
    ASSERT_TRUE(options.ok()) << options.error().message;
    EXPECT_EQ(options->id, "another");
    EXPECT_EQ(options->source.include, std::vector<std::string>{"*.bin"});
    EXPECT_EQ(options->connections, 9u);
}

TEST(FetchOptions, HaveWhatTheBytesHaveToBe) {
    Variables variables = kPod;
    variables["SERIN_SOURCE_SHA256"] = std::string(64, 'A');
    variables["SERIN_SOURCE_PUBLIC_KEY"] = "/etc/serin/public-key/cosign.pub";
    const auto options = parsed({}, variables);
    ASSERT_TRUE(options.ok()) << options.error().message;
    EXPECT_EQ(options->source.sha256, std::string(64, 'a'));
    EXPECT_EQ(options->publicKeyFile, "/etc/serin/public-key/cosign.pub");
    EXPECT_EQ(options->source.publicKeyKey, "cosign.pub");
    variables["SERIN_SOURCE_SHA256"] = "ab";
    EXPECT_NE(
        problem({}, variables).find("SERIN_SOURCE_SHA256 is neither 64 hexadecimal digits nor a manifest"),
        std::string::npos);
}

TEST(FetchOptions, AFolderThatIsThereIsHeldAgainstSomethingAndFetchesNothing) {
    const std::string digest(64, 'a');
    const auto options = parsed({"--check", "/m", "--sha256", digest});
    ASSERT_TRUE(options.ok()) << options.error().message;
    EXPECT_EQ(options->check, "/m");
    EXPECT_NE(
        problem({"--check", "/m"}).find("--check has nothing to hold the files against; state --sha256"),
        std::string::npos);
    EXPECT_NE(
        problem({"--check", "/m", "--sha256", digest, "--into", "/n"}).find("--into has no effect beside"),
        std::string::npos);
}

TEST(FetchOptions, AnEmptyIdIsNotTakenForNone) {
    Variables variables = kPod;
    variables["SERIN_SOURCE_ID"] = "";
    EXPECT_NE(problem({}, variables).find("SERIN_SOURCE_ID is empty"), std::string::npos);
}

TEST(FetchOptions, ProblemsNameTheFlagOrTheVariable) {
    const std::vector<std::string> right{"--uri", "https://a.example/m.bin", "--into", "m"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), right.begin(), right.end());
        return problem(more);
    };
    EXPECT_EQ(with({}), "");
    EXPECT_NE(problem({"--into", "m"}).find("--uri is missing"), std::string::npos);
    EXPECT_NE(problem({"--uri", "https://a.example/m.bin"}).find("--into is missing"), std::string::npos);
    EXPECT_NE(with({"--token", "x"}).find("no option --token"), std::string::npos);
    EXPECT_NE(with({"--id"}).find("--id has no value"), std::string::npos);
    EXPECT_NE(with({"--id", "a", "--id", "b"}).find("--id stands there twice"), std::string::npos);
    EXPECT_NE(with({"--connections", "0"}).find("from 1 to 64"), std::string::npos);
    EXPECT_NE(with({"--attempts", "many"}).find("--attempts is \"many\""), std::string::npos);
    EXPECT_NE(with({"--silence", "1ms"}).find("from 1s to 1h"), std::string::npos);
    EXPECT_NE(with({"--endpoint", "a.example"}).find("--endpoint is no http"), std::string::npos);
    EXPECT_NE(with({"--endpoint", "https://a.example"}).find("has no effect on a source whose URI"),
              std::string::npos);
    Variables variables = kPod;
    variables["SERIN_FETCH_ATTEMPTS"] = "-1";
    EXPECT_NE(problem({}, variables).find("SERIN_FETCH_ATTEMPTS is \"-1\""), std::string::npos);
    variables = kPod;
    variables.erase("SERIN_SOURCE_ENDPOINT");
    EXPECT_NE(problem({}, variables).find("--endpoint is missing"), std::string::npos);
}

TEST(FetchOptions, HelpAndVersionNeedNothingElse) {
    EXPECT_TRUE(parsed({"--help"})->help);
    EXPECT_TRUE(parsed({"--version"})->version);
    for (const char* word : {"--uri", "SERIN_SOURCE_URI", "MLFLOW_TRACKING_TOKEN", "Exit code"}) {
        EXPECT_NE(usage().find(word), std::string::npos) << word;
    }
}

}  // namespace
}  // namespace serin::fetch
