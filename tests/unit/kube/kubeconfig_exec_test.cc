#include <gtest/gtest.h>

#include "kube/kubeconfig.h"

namespace serin::kube {
namespace {

Result<ClusterConfig> withExec(const std::string& exec, const std::string& cluster = "server: 'https://x'",
                               const std::string& more = "") {
    return parseKubeconfig(
        {{"/home/u/.kube/config", "current-context: x\nclusters: [{name: c, cluster: {" + cluster +
                                      "}}]\nusers: [{name: u, user: {" + more + "exec: " + exec +
                                      "}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n"}},
        "");
}

std::string refusal(const std::string& exec, const std::string& more = "") {
    const auto config = withExec(exec, "server: 'https://x'", more);
    EXPECT_FALSE(config.ok());
    return config.ok() ? "" : config.error().message;
}

const std::string kWho = "/home/u/.kube/config: user 'u': exec ";

TEST(KubeconfigExec, ReadsAPlugin) {
    const auto config = withExec(
        "{apiVersion: client.authentication.k8s.io/v1, command: aws, args: [eks, get-token], "
        "env: [{name: AWS_PROFILE, value: ml}], interactiveMode: IfAvailable, installHint: \"Install "
        "it.\\n\"}");
    ASSERT_TRUE(config.ok()) << config.error().message;
    ASSERT_TRUE(config->exec);
    EXPECT_EQ(config->exec->apiVersion, "client.authentication.k8s.io/v1");
    EXPECT_EQ(config->exec->command, "aws");
    EXPECT_EQ(config->exec->arguments, (std::vector<std::string>{"eks", "get-token"}));
    EXPECT_EQ(config->exec->environment,
              (std::vector<std::pair<std::string, std::string>>{{"AWS_PROFILE", "ml"}}));
    EXPECT_EQ(config->exec->installHint, "Install it.");
    EXPECT_FALSE(config->exec->provideClusterInfo);
}

TEST(KubeconfigExec, TakesRelativeCommandsFromTheKubeconfigsFolder) {
    const auto command = [](const std::string& name) {
        const auto config = withExec(
            "{apiVersion: client.authentication.k8s.io/v1beta1, args: null, env: null, command: " + name +
            "}");
        return config ? config->exec->command : config.error().message;
    };
    EXPECT_EQ(command("bin/login"), "/home/u/.kube/bin/login");
    EXPECT_EQ(command("./login"), "/home/u/.kube/./login");
    EXPECT_EQ(command("login"), "login") << "looked for in $PATH";
    EXPECT_EQ(command("/opt/login"), "/opt/login");
}

TEST(KubeconfigExec, KeepsWhatTheClusterHoldsForPlugins) {
    const std::string cluster =
        "server: 'https://x', extensions: [{name: other, extension: 1}, "
        "{name: client.authentication.k8s.io/exec, extension: {audience: \"7\", count: 7, on: true, "
        "list: [a, null, 1.5]}}]";
    const std::string plugin =
        "{apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Never, "
        "provideClusterInfo: ";
    const auto told = withExec(plugin + "true}", cluster);
    ASSERT_TRUE(told.ok()) << told.error().message;
    EXPECT_EQ(told->exec->clusterExtension, R"({"audience":"7","count":7,"list":["a",null,1.5],"on":true})");
    const auto untold = withExec(plugin + "false}", cluster);
    ASSERT_TRUE(untold.ok()) << untold.error().message;
    EXPECT_EQ(untold->exec->clusterExtension, "");
}

TEST(KubeconfigExec, RefusesWhatItCannotRun) {
    EXPECT_EQ(refusal("[]"), kWho + "is no map");
    EXPECT_EQ(refusal("{apiVersion: client.authentication.k8s.io/v1alpha1, command: x}"),
              kWho +
                  "has apiVersion 'client.authentication.k8s.io/v1alpha1'; Serin knows "
                  "client.authentication.k8s.io/v1 and client.authentication.k8s.io/v1beta1");
    const std::string v1 = "{apiVersion: client.authentication.k8s.io/v1, ";
    EXPECT_EQ(refusal(v1 + "command: x}"), kWho + "has no interactiveMode, which v1 requires");
    EXPECT_EQ(refusal(v1 + "command: x, interactiveMode: Always}"),
              kWho +
                  "has interactiveMode Always, but Serin has nobody to ask; use a plugin that works "
                  "without a terminal");
    EXPECT_EQ(refusal(v1 + "command: x, interactiveMode: Often}"),
              kWho + "has interactiveMode 'Often'; it is Never, IfAvailable or Always");
    EXPECT_EQ(refusal(v1 + "interactiveMode: Never}"), kWho + "has no command");
    EXPECT_EQ(refusal(v1 + "command: x, interactiveMode: Never, stdin: true}"),
              kWho + "uses 'stdin', which Serin does not support");
    EXPECT_NE(refusal(v1 + "command: x, interactiveMode: Never, env: [A=b]}").find("not a kubeconfig"),
              std::string::npos);
}

TEST(KubeconfigExec, RefusesAPluginBesideOtherCredentials) {
    const std::string plugin =
        "{apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Never}";
    for (const char* other : {"token: t, ", "tokenFile: t, ", "client-certificate: c, client-key: k, "}) {
        EXPECT_EQ(
            refusal(plugin, other),
            "/home/u/.kube/config: user 'u' has both exec and a token or client certificate; remove one");
    }
}

TEST(KubeconfigExec, SendsNoCredentialsOverPlainHttp) {
    const auto config =
        withExec("{apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Never}",
                 "server: 'http://x'");
    ASSERT_TRUE(config.ok()) << config.error().message;
    EXPECT_FALSE(config->exec);
}

}  // namespace
}  // namespace serin::kube
