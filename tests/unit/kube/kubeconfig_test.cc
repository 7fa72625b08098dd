#include "kube/kubeconfig.h"

#include <gtest/gtest.h>

#include <map>

namespace serin::kube {
namespace {

const char* kBasic = R"(
apiVersion: v1
kind: Config
current-context: one
clusters:
- name: c
  cluster: {server: "https://api.example:6443/", certificate-authority: pki/ca.crt, tls-server-name: kubernetes}
users:
- name: u
  user: {client-certificate-data: Y2VydA==, client-key: /abs/key.pem}
- name: t
  user: {token: " abc ", tokenFile: run/token}
contexts:
- name: one
  context: {cluster: c, user: u, namespace: ml}
- name: two
  context: {cluster: c, user: t}
)";

std::string with(const std::string& cluster, const std::string& user) {
    return "current-context: x\nclusters: [{name: c, cluster: " + cluster +
           "}]\nusers: [{name: u, user: " + user +
           "}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n";
}

std::string refusal(const std::string& text, const std::string& context = "") {
    const auto config = parseKubeconfig({{"/k", text}}, context);
    EXPECT_FALSE(config.ok());
    return config.ok() ? "" : config.error().message;
}

TEST(Kubeconfig, ReadsTheCurrentContext) {
    const auto config = parseKubeconfig({{"/home/u/.kube/config", kBasic}}, "");
    ASSERT_TRUE(config.ok()) << config.error().message;
    EXPECT_EQ(config->server, "https://api.example:6443");
    EXPECT_EQ(config->ca, (PemSource{"", "/home/u/.kube/pki/ca.crt"}));
    EXPECT_EQ(config->tlsServerName, "kubernetes");
    EXPECT_EQ(config->clientCertificate, (PemSource{"cert", ""}));
    EXPECT_EQ(config->clientKey, (PemSource{"", "/abs/key.pem"}));
    EXPECT_EQ(config->space, "ml");
    EXPECT_EQ(config->source, "/home/u/.kube/config");
    EXPECT_FALSE(config->insecureSkipTlsVerify);
}

TEST(Kubeconfig, ReadsAChosenContextWithTokens) {
    const auto config = parseKubeconfig({{"kube/config", kBasic}}, "two");
    ASSERT_TRUE(config.ok()) << config.error().message;
    EXPECT_EQ(config->token, "abc");
    EXPECT_EQ(config->tokenFile, "kube/run/token");
    EXPECT_EQ(config->space, "default");
}

TEST(Kubeconfig, MergesFilesFirstWins) {
    const std::string first =
        "current-context: two\nclusters: [{name: c, cluster: {server: 'https://first'}}]\n";
    const auto config = parseKubeconfig({{"/a", first}, {"/b/config", kBasic}}, "");
    ASSERT_TRUE(config.ok()) << config.error().message;
    EXPECT_EQ(config->server, "https://first");
    EXPECT_EQ(config->tokenFile, "/b/run/token") << "relative to the file it stands in";
    EXPECT_EQ(config->source, "/a:/b/config");
}

TEST(Kubeconfig, ReadsAnHttpProxy) {
    const auto config =
        parseKubeconfig({{"/k", with("{server: 'https://x', proxy-url: 'http://p:3128'}", "{}")}}, "");
    ASSERT_TRUE(config.ok()) << config.error().message;
    EXPECT_EQ(config->proxyUrl, "http://p:3128");
}

TEST(Kubeconfig, RefusesByNameWhatItCannotHonour) {
    const std::string server = "{server: 'https://x'}";
    EXPECT_EQ(refusal(with(server, "{auth-provider: {name: gcp}}")),
              "/k: user 'u' uses 'auth-provider', which Serin does not support");
    EXPECT_EQ(refusal(with(server, "{username: a, password: b}")),
              "/k: user 'u' uses 'username', which Serin does not support");
    EXPECT_EQ(refusal(with(server, "{as: admin, token: x}")),
              "/k: user 'u' uses 'as', which Serin does not support");
    EXPECT_EQ(refusal(with("{server: 'https://x', proxy-url: 'socks5://p:1080'}", "{}")),
              "/k: cluster 'c': a proxy-url with 'socks5' is not supported; Serin speaks to http:// proxies "
              "(CONNECT for https servers)");
}

TEST(Kubeconfig, IgnoresWhatOtherContextsUse) {
    const std::string text = std::string(kBasic) + "\n";
    const std::string other = "users: [{name: cloud, user: {exec: {command: aws}}}]\n";
    EXPECT_TRUE(parseKubeconfig({{"/k", text}, {"/l", other}}, "one").ok());
}

TEST(Kubeconfig, NamesWhatIsMissingOrContradictory) {
    EXPECT_EQ(refusal(kBasic, "nine"), "/k: there is no context 'nine'");
    EXPECT_EQ(refusal("{}"), "/k: no current-context is set; choose one with --context");
    EXPECT_EQ(refusal("current-context: x\ncontexts: [{name: x, context: {cluster: c}}]"),
              "/k: context 'x' names the cluster 'c', which is missing");
    EXPECT_EQ(refusal(with("{server: 'api:6443'}", "{}")),
              "/k: cluster 'c': server 'api:6443' does not begin with https:// or http://");
    EXPECT_EQ(refusal(with("{server: 'https://x'}", "{client-certificate: /c}")),
              "/k: user 'u' has only one of client-certificate and client-key");
    EXPECT_EQ(refusal(with("{server: 'https://x', certificate-authority-data: '!'}", "{}")),
              "/k: certificate-authority-data: not base64");
    EXPECT_NE(refusal(with("{server: 'https://x', insecure-skip-tls-verify: true, certificate-authority: /c}",
                           "{}"))
                  .find("remove one"),
              std::string::npos);
    EXPECT_NE(refusal("a: [").find("/k: not a kubeconfig"), std::string::npos);
    EXPECT_NE(refusal("clusters: 7\ncurrent-context: x").find("/k: "), std::string::npos);
    EXPECT_NE(refusal("clusters: [7]").find("/k: not a kubeconfig"), std::string::npos);
}

TEST(Kubeconfig, SendsNoCredentialsOverPlainHttp) {
    const auto config =
        parseKubeconfig({{"/k", with("{server: 'http://localhost:8080'}", "{token: secret}")}}, "");
    ASSERT_TRUE(config.ok()) << config.error().message;
    EXPECT_EQ(config->token, "");
}

class Loading : public ::testing::Test {
  protected:
    Surroundings surroundings() {
        return {[this](const std::string& path) -> Result<std::string> {
                    const auto found = files_.find(path);
                    if (found == files_.end())
                        return Error{ErrorCode::NotFound, path + ": No such file or directory"};
                    return found->second;
                },
                [this](const std::string& name) -> std::optional<std::string> {
                    const auto found = environment_.find(name);
                    return found == environment_.end() ? std::nullopt : std::optional(found->second);
                }};
    }
    void enterPod() {
        environment_["KUBERNETES_SERVICE_HOST"] = "fd00::1";
        environment_["KUBERNETES_SERVICE_PORT"] = "443";
        files_["/var/run/secrets/kubernetes.io/serviceaccount/token"] = "tok";
        files_["/var/run/secrets/kubernetes.io/serviceaccount/namespace"] = "serin-system\n";
    }

    std::map<std::string, std::string> files_;
    std::map<std::string, std::string> environment_;
};

TEST_F(Loading, UsesTheServiceAccountInAPod) {
    enterPod();
    const auto config = loadClusterConfig({}, surroundings());
    ASSERT_TRUE(config.ok()) << config.error().message;
    EXPECT_EQ(config->server, "https://[fd00::1]:443");
    EXPECT_EQ(config->tokenFile, "/var/run/secrets/kubernetes.io/serviceaccount/token");
    EXPECT_EQ(config->ca.file, "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt");
    EXPECT_EQ(config->space, "serin-system");
    EXPECT_EQ(config->source, "in-cluster");
}

TEST_F(Loading, SaysThatAPodHasNoServiceAccountToken) {
    enterPod();
    files_.clear();
    const auto config = loadClusterConfig({}, surroundings());
    ASSERT_FALSE(config.ok());
    EXPECT_EQ(config.error().message,
              "in-cluster: /var/run/secrets/kubernetes.io/serviceaccount/token: No such file or directory");
}

TEST_F(Loading, PrefersTheFlagThenThePodThenTheEnvironmentThenHome) {
    environment_["HOME"] = "/home/u";
    files_["/home/u/.kube/config"] = with("{server: 'https://home'}", "{}");
    EXPECT_EQ(loadClusterConfig({}, surroundings())->server, "https://home");
    environment_["KUBECONFIG"] = "/missing:/env::";
    files_["/env"] = with("{server: 'https://env'}", "{}");
    EXPECT_EQ(loadClusterConfig({}, surroundings())->server, "https://env");
    enterPod();
    EXPECT_EQ(loadClusterConfig({}, surroundings())->source, "in-cluster");
    files_["/flag"] = with("{server: 'https://flag'}", "{}");
    EXPECT_EQ(loadClusterConfig({"/flag", ""}, surroundings())->server, "https://flag");
    EXPECT_EQ(loadClusterConfig({"", "x"}, surroundings())->server, "https://env");
}

TEST_F(Loading, SaysWhereItLooked) {
    EXPECT_EQ(loadClusterConfig({}, surroundings()).error().message,
              "no cluster: not in a pod, and no kubeconfig in $KUBECONFIG or ~/.kube/config");
    environment_["KUBECONFIG"] = "/a:/b";
    EXPECT_EQ(loadClusterConfig({}, surroundings()).error().message,
              "no cluster: not in a pod, and no kubeconfig in /a:/b");
    EXPECT_EQ(loadClusterConfig({"/gone", ""}, surroundings()).error().message,
              "/gone: No such file or directory");
}

}  // namespace
}  // namespace serin::kube
