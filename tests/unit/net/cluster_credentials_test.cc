#include <atomic>
#include <mutex>
#include <vector>

#include "tests/unit/net/cluster_transport_fixture.h"

namespace serin::net {
namespace {

using testing::answering;
using testing::Connection;
using testing::LoopbackServer;
using testing::makeCertificate;
using testing::request;
using testing::TemporaryFile;
using testing::TestCertificate;
using namespace std::chrono_literals;

// Remembers the tokens it was shown and refuses some.
class ClusterCredentials : public testing::ClusterTransportFixture {
  protected:
    ClusterCredentials()
        : server_(answering([this](const std::string& text, Connection& connection) {
              const size_t at = text.find("authorization:Bearer ");
              const std::lock_guard lock(mutex_);
              seen_.push_back(at == std::string::npos ? ""
                                                      : text.substr(at + 21, text.find('\r', at) - at - 21));
              connection.respond(seen_.back() == refused_ ? 401 : 200, "{}");
          })) {}

    // The status, and the tokens shown for one request.
    std::pair<int, std::vector<std::string>> ask(Transport& transport) {
        {
            const std::lock_guard lock(mutex_);
            seen_.clear();
        }
        const auto answer = transport.send(request("GET", "/"));
        const std::lock_guard lock(mutex_);
        return {answer ? answer->status : 0, seen_};
    }
    void refuse(const std::string& token) {
        const std::lock_guard lock(mutex_);
        refused_ = token;
    }
    static std::pair<int, std::vector<std::string>> shown(int status, std::vector<std::string> tokens) {
        return {status, std::move(tokens)};
    }

    std::mutex mutex_;
    std::vector<std::string> seen_;
    std::string refused_;
    LoopbackServer server_;
};

TEST_F(ClusterCredentials, ReadTheTokenFileAgainAfterAMinute) {
    const TemporaryFile file("one\n");
    kube::ClusterConfig config;
    config.server = server_.url();
    config.tokenFile = file.path();
    auto transport = connect(config);
    EXPECT_EQ(ask(*transport), shown(200, {"one"}));
    file.store("two");
    clock_.advance(59s);
    EXPECT_EQ(ask(*transport), shown(200, {"one"}));
    clock_.advance(1s);
    EXPECT_EQ(ask(*transport), shown(200, {"two"}));
    file.remove();
    clock_.advance(60s);
    EXPECT_EQ(ask(*transport), shown(200, {"two"})) << "the last good token stays";
}

TEST_F(ClusterCredentials, AreReadAgainAfterARefusalAndTriedOnceMore) {
    const TemporaryFile file("one");
    kube::ClusterConfig config;
    config.server = server_.url();
    config.tokenFile = file.path();
    auto transport = connect(config);
    refuse("one");
    EXPECT_EQ(ask(*transport), shown(401, {"one"})) << "the same token would be refused again";
    file.store("two");
    EXPECT_EQ(ask(*transport), shown(200, {"one", "two"}));
    refuse("two");
    file.store("three");
    EXPECT_EQ(ask(*transport), shown(200, {"two", "three"}));
}

// What a plugin prints, made by a shell: its token is what the file holds.
kube::ExecPlugin tokenPlugin(const TemporaryFile& token, const std::string& expires = "") {
    kube::ExecPlugin plugin;
    plugin.apiVersion = "client.authentication.k8s.io/v1";
    plugin.command = "sh";
    plugin.arguments = {
        "-c", R"~(printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",)~"
              R"~("status":{"token":"%s","expirationTimestamp":"%s"}}' "$(cat "$TOKEN")" ")~" +
                  expires + "\""};
    plugin.environment = {{"TOKEN", token.path()}};
    return plugin;
}

TEST_F(ClusterCredentials, OfAPluginStayUntilTheyExpire) {
    const TemporaryFile token("one");
    kube::ClusterConfig config;
    config.server = server_.url();
    // The clock of the tests begins at 1970-01-01T00:16:40Z.
    config.exec = tokenPlugin(token, "1970-01-01T00:17:00Z");
    auto transport = connect(config);
    token.store("two");
    EXPECT_EQ(ask(*transport), shown(200, {"one"}));
    clock_.advance(19s);
    EXPECT_EQ(ask(*transport), shown(200, {"one"}));
    clock_.advance(1s);
    EXPECT_EQ(ask(*transport), shown(200, {"two"}));
}

TEST_F(ClusterCredentials, OfAPluginAreMadeAnewAfterARefusalButNotAllTheTime) {
    const TemporaryFile token("one");
    kube::ClusterConfig config;
    config.server = server_.url();
    config.exec = tokenPlugin(token);
    auto transport = connect(config);
    token.store("two");
    refuse("one");
    EXPECT_EQ(ask(*transport), shown(401, {"one"})) << "the plugin has just been run";
    clock_.advance(5s);
    EXPECT_EQ(ask(*transport), shown(200, {"two"}));
    token.store("three");
    refuse("two");
    clock_.advance(5s);
    EXPECT_EQ(ask(*transport), shown(200, {"two", "three"}));
}

TEST_F(ClusterCredentials, OfAPluginMayBeAClientCertificate) {
    const TestCertificate own = makeCertificate("api.example", true);
    const TestCertificate first = makeCertificate("first", false);
    const TestCertificate second = makeCertificate("second", false);
    LoopbackServer server(
        answering([](const std::string&, Connection& connection) { connection.respond(200, "ok"); }), own,
        first.certificate + second.certificate);
    const auto printed = [](const TestCertificate& certificate) {
        const auto line = [](std::string text) {
            for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
                text.replace(at, 1, "\\n");
            return text;
        };
        return R"({"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{)"
               R"("expirationTimestamp":"1970-01-01T00:16:50Z","clientCertificateData":")" +
               line(certificate.certificate) + R"(","clientKeyData":")" + line(certificate.key) + "\"}}";
    };
    const TemporaryFile output(printed(first));
    kube::ClusterConfig config = secure(server, own);
    config.exec.emplace();
    config.exec->apiVersion = "client.authentication.k8s.io/v1beta1";
    config.exec->command = "cat";
    config.exec->arguments = {output.path()};
    auto transport = connect(config);
    ASSERT_TRUE(transport->send(request("GET", "/")).ok());
    EXPECT_EQ(server.clientName(), "first");
    output.store(printed(second));
    clock_.advance(10s);
    ASSERT_TRUE(transport->send(request("GET", "/")).ok());
    EXPECT_EQ(server.clientName(), "second") << "its old connections are of the past";
}

TEST_F(ClusterCredentials, OfAPluginThatIsNotThereNameItAndHowToInstallIt) {
    kube::ClusterConfig config;
    config.server = server_.url();
    config.source = "here";
    config.exec.emplace();
    config.exec->command = "no-such-login";
    config.exec->installHint = "Install it from example.org";
    const auto made = makeClusterTransport(config, clock_, log_);
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(
        made.error().message,
        "here: credential plugin 'no-such-login': there is no such program; Install it from example.org");
}

TEST_F(ClusterCredentials, OfAPluginThatFailsSayWhatItSaid) {
    kube::ClusterConfig config;
    config.server = server_.url();
    config.source = "here";
    config.exec.emplace();
    config.exec->command = "sh";
    config.exec->arguments = {"-c", "echo the session has ended >&2; exit 3"};
    const auto failed = makeClusterTransport(config, clock_, log_);
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.error().message, "here: credential plugin 'sh': it ended with 3: the session has ended");
    config.exec->arguments = {"-c", "echo secret"};
    const auto silent = makeClusterTransport(config, clock_, log_);
    ASSERT_FALSE(silent.ok());
    EXPECT_EQ(silent.error().message, "here: credential plugin 'sh': it printed no ExecCredential");
}

}  // namespace
}  // namespace serin::net
