#include <mutex>

#include "tests/unit/net/cluster_transport_fixture.h"

namespace serin::net {
namespace {

using testing::answering;
using testing::Connection;
using testing::LoopbackServer;
using testing::makeCertificate;
using testing::request;
using testing::TestCertificate;
using ClusterProxy = testing::ClusterTransportFixture;

TEST_F(ClusterProxy, IsPassedByConnectWithTlsToTheServerItself) {
    const TestCertificate own = makeCertificate("api.example", false);
    LoopbackServer server(
        answering([](const std::string&, Connection& connection) { connection.respond(200, "secret"); }),
        own);
    std::string asked;
    LoopbackServer proxy([&](Connection& connection) {
        asked = connection.readRequest();
        connection.write("HTTP/1.1 200 Connection established\r\n\r\n");
        connection.relayTo(server.port());
    });
    kube::ClusterConfig config = secure(server, own);
    config.tlsServerName = "api.example";
    config.proxyUrl = "http://me:p%40ss@127.0.0.1:" + std::to_string(proxy.port());
    auto transport = connect(config);
    for (int i = 0; i < 3; ++i) {
        const auto answer = transport->send(request("GET", "/"));
        ASSERT_TRUE(answer.ok()) << answer.error().message;
        EXPECT_EQ(answer->body, "secret");
    }
    std::string streamed;
    ASSERT_TRUE(transport
                    ->stream(request("GET", "/watch"),
                             [&](std::string_view bytes) { return streamed += bytes, true; }, {})
                    .ok());
    EXPECT_EQ(streamed, "secret");
    EXPECT_EQ(server.requestedServerName(), "api.example");
    const std::string target = "127.0.0.1:" + std::to_string(server.port());
    EXPECT_TRUE(asked.starts_with("CONNECT " + target + " HTTP/1.1\r\n")) << asked;
    EXPECT_NE(asked.find("Proxy-Authorization: Basic bWU6cEBzcw==\r\n"), std::string::npos) << asked;
}

TEST_F(ClusterProxy, GetsWholeUrlsForPlainServers) {
    std::string asked;
    LoopbackServer proxy(answering([&](const std::string& text, Connection& connection) {
        asked = text;
        connection.respond(200, "through");
    }));
    kube::ClusterConfig config;
    config.server = "http://api.example:8080";
    config.proxyUrl = proxy.url();
    const auto answer = connect(config)->send(request("GET", "/version"));
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->body, "through");
    EXPECT_TRUE(asked.starts_with("GET http://api.example:8080/version HTTP/1.1\r\n")) << asked;
}

TEST_F(ClusterProxy, ThatRefusesMeansThatNothingWasSent) {
    const TestCertificate own = makeCertificate("api.example", true);
    LoopbackServer proxy(
        answering([](const std::string&, Connection& connection) { connection.respond(407, ""); }));
    kube::ClusterConfig config;
    config.server = "https://127.0.0.1:1";
    config.ca.text = own.certificate;
    config.proxyUrl = proxy.url();
    const auto answer = connect(config)->send(request("POST", "/things", "{}"));
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::Unavailable);
    EXPECT_NE(answer.error().message.find("407"), std::string::npos) << answer.error().message;
}

}  // namespace
}  // namespace serin::net
