#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

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
using ClusterTls = testing::ClusterTransportFixture;

// Of each socket of this process that is connected to the port: the seconds of silence before the kernel asks
// whether the peer is there; zero: it never does.
std::vector<int> keepAliveOfConnectionsTo(int port) {
    std::vector<int> out;
    for (int descriptor = 0; descriptor < 1024; ++descriptor) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
        if (peer.sin_family != AF_INET || ntohs(peer.sin_port) != port) continue;
        int on = 0;
        int idle = 0;
        size = sizeof on;
        ::getsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, &size);
        ::getsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &idle, &size);
        out.push_back(on == 0 ? 0 : idle);
    }
    return out;
}

TEST_F(ClusterTls, SpeaksTlsWithTheClustersCa) {
    const TestCertificate own = makeCertificate("api.example", true);
    LoopbackServer server(
        answering([](const std::string&, Connection& connection) { connection.respond(200, "secret"); }),
        own);
    const auto answer = connect(secure(server, own))->send(request("GET", "/"));
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->body, "secret");
}

TEST_F(ClusterTls, RefusesAServerOfAnotherCaAndSaysWhy) {
    const TestCertificate own = makeCertificate("api.example", true);
    LoopbackServer server(answering([](const std::string&, Connection&) {}), own);
    const auto answer =
        connect(secure(server, makeCertificate("other.example", true)))->send(request("GET", "/"));
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::Unavailable);
    EXPECT_NE(answer.error().message.find("self-signed certificate"), std::string::npos)
        << answer.error().message;
}

TEST_F(ClusterTls, RefusesACertificateForAnotherNameUnlessThatNameIsAskedFor) {
    const TestCertificate own = makeCertificate("api.example", false);
    LoopbackServer server(
        answering([](const std::string&, Connection& connection) { connection.respond(200, "ok"); }), own);
    kube::ClusterConfig config = secure(server, own);
    const auto refused = connect(config)->send(request("GET", "/"));
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().message.find("another host name"), std::string::npos)
        << refused.error().message;
    config.tlsServerName = "api.example";
    const auto answer = connect(config)->send(request("GET", "/"));
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(server.requestedServerName(), "api.example");
}

TEST_F(ClusterTls, SkipsVerificationOnlyWhenToldAndWarns) {
    const TestCertificate own = makeCertificate("api.example", false);
    LoopbackServer server(
        answering([](const std::string&, Connection& connection) { connection.respond(200, "ok"); }), own);
    kube::ClusterConfig config;
    config.server = server.url("https");
    config.insecureSkipTlsVerify = true;
    const auto answer = connect(config)->send(request("GET", "/"));
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    ASSERT_EQ(log_.lines().size(), 1U);
}

TEST_F(ClusterTls, ShowsItsClientCertificate) {
    const TestCertificate own = makeCertificate("api.example", true);
    const TestCertificate client = makeCertificate("serin-client", false);
    LoopbackServer server(
        answering([](const std::string&, Connection& connection) { connection.respond(200, "ok"); }), own,
        client.certificate);
    kube::ClusterConfig config = secure(server, own);
    config.clientCertificate.text = client.certificate;
    config.clientKey.text = client.key;
    const auto answer = connect(config)->send(request("GET", "/"));
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(server.clientName(), "serin-client");
}

TEST_F(ClusterTls, SeesARenewedCaFileAtTheNextConnection) {
    const TemporaryFile file(makeCertificate("old.example", true).certificate);
    const TestCertificate own = makeCertificate("api.example", true);
    LoopbackServer server(
        [](Connection& connection) {
            if (!connection.readRequest().empty()) connection.respond(200, "ok", "Connection: close\r\n");
        },
        own);
    kube::ClusterConfig config;
    config.server = server.url("https");
    config.ca.file = file.path();
    auto transport = connect(config);
    EXPECT_FALSE(transport->send(request("GET", "/")).ok());
    file.store(own.certificate);
    EXPECT_TRUE(transport->send(request("GET", "/")).ok());
    file.store("torn");
    EXPECT_TRUE(transport->send(request("GET", "/")).ok()) << "the last good one stays";
}

TEST_F(ClusterTls, NamesACaThatIsNoCertificate) {
    kube::ClusterConfig config;
    config.server = "https://127.0.0.1:1";
    config.ca.text = "not a certificate";
    config.source = "here";
    const auto made = makeClusterTransport(config, clock_, log_);
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.error().message.substr(0, 28), "here: certificate authority:");
}

TEST_F(ClusterTls, ShowsARenewedClientCertificateAfterAMinute) {
    const TestCertificate own = makeCertificate("api.example", true);
    const TestCertificate first = makeCertificate("first", false);
    const TestCertificate second = makeCertificate("second", false);
    LoopbackServer server(
        answering([](const std::string&, Connection& connection) { connection.respond(200, "ok"); }), own,
        first.certificate + second.certificate);
    const TemporaryFile certificate(first.certificate);
    const TemporaryFile key(first.key);
    kube::ClusterConfig config = secure(server, own);
    config.clientCertificate.file = certificate.path();
    config.clientKey.file = key.path();
    auto transport = connect(config);
    ASSERT_TRUE(transport->send(request("GET", "/")).ok());
    EXPECT_EQ(server.clientName(), "first");
    certificate.store(second.certificate);
    key.store(second.key);
    clock_.advance(60s);
    ASSERT_TRUE(transport->send(request("GET", "/")).ok());
    EXPECT_EQ(server.clientName(), "second") << "kept connections still have the old one";
}

TEST_F(ClusterTls, ShowsARenewedClientCertificateWhenTheOldOneIsRefused) {
    const TestCertificate own = makeCertificate("api.example", true);
    const TestCertificate first = makeCertificate("first", false);
    const TestCertificate second = makeCertificate("second", false);
    const LoopbackServer* seen = nullptr;
    LoopbackServer server(answering([&](const std::string&, Connection& connection) {
                              connection.respond(seen->clientName() == "second" ? 200 : 401, "{}");
                          }),
                          own, first.certificate + second.certificate);
    seen = &server;
    const TemporaryFile certificate(first.certificate);
    const TemporaryFile key(first.key);
    kube::ClusterConfig config = secure(server, own);
    config.clientCertificate.file = certificate.path();
    config.clientKey.file = key.path();
    auto transport = connect(config);
    EXPECT_EQ(transport->send(request("GET", "/"))->status, 401);
    certificate.store(second.certificate);
    key.store(second.key);
    EXPECT_EQ(transport->send(request("GET", "/"))->status, 200);
}

TEST_F(ClusterTls, LetsTheKernelLookForDeadPeers) {
    const TestCertificate own = makeCertificate("api.example", true);
    const LoopbackServer* listening = nullptr;
    std::vector<int> alive;
    LoopbackServer server(answering([&](const std::string&, Connection& connection) {
                              alive = keepAliveOfConnectionsTo(listening->port());
                              connection.respond(200, "{}");
                          }),
                          own);
    listening = &server;
    ASSERT_TRUE(connect(secure(server, own))->send(request("GET", "/")).ok());
    EXPECT_EQ(alive, std::vector<int>{30});
}

}  // namespace
}  // namespace serin::net
