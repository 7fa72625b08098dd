#include "tests/unit/net/cluster_transport_fixture.h"

namespace serin::net {
namespace {

using testing::answering;
using testing::Connection;
using testing::LoopbackServer;
using testing::request;
using namespace std::chrono_literals;
using ClusterTransport = testing::ClusterTransportFixture;

TEST_F(ClusterTransport, SendsTargetHeadersAndBodyAsTheyAre) {
    std::string seen;
    LoopbackServer server(answering([&](const std::string& text, Connection& connection) {
        seen = text;
        connection.respond(201, "{\"kind\":\"X\"}", "X-Thing: Some\r\n");
    }));
    auto transport = connect(server);
    HttpRequest patch =
        request("PATCH", "/apis/a%2Fb/v1?labelSelector=a%3Db%2Cc&force=true", "{\"a\":\"ü\"}");
    patch.headers = {{"content-type", "application/apply-patch+yaml"}, {"user-agent", "serin"}};
    const auto answer = transport->send(patch);
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->status, 201);
    EXPECT_EQ(answer->body, "{\"kind\":\"X\"}");
    EXPECT_EQ(answer->headers.at("x-thing"), "Some");
    EXPECT_EQ(seen.substr(0, seen.find('\r')),
              "PATCH /apis/a%2Fb/v1?labelSelector=a%3Db%2Cc&force=true HTTP/1.1");
    EXPECT_NE(seen.find("Content-Type:application/apply-patch+yaml\r\n"), std::string::npos) << seen;
    EXPECT_NE(seen.find("user-agent:serin\r\n"), std::string::npos) << seen;
    EXPECT_TRUE(seen.ends_with("\r\n\r\n{\"a\":\"ü\"}")) << seen;
    EXPECT_EQ(seen.find("Accept-Encoding"), std::string::npos) << seen;
}

TEST_F(ClusterTransport, KeepsThePathOfTheServersUrl) {
    std::string seen;
    LoopbackServer server(answering([&](const std::string& text, Connection& connection) {
        seen = text;
        connection.respond(200, "{}");
    }));
    kube::ClusterConfig config;
    config.server = server.url() + "/k8s/clusters/one";
    ASSERT_TRUE(connect(config)->send(request("GET", "/api/v1/pods?limit=5")).ok());
    EXPECT_EQ(seen.substr(0, seen.find('\r')), "GET /k8s/clusters/one/api/v1/pods?limit=5 HTTP/1.1");
}

TEST_F(ClusterTransport, ReturnsAnswersOfAnyStatusAndFollowsNoRedirect) {
    LoopbackServer server(answering([](const std::string& text, Connection& connection) {
        if (text.starts_with("GET /moved")) return connection.respond(302, "", "Location: /else\r\n");
        connection.respond(409, "conflict");
    }));
    auto transport = connect(server);
    EXPECT_EQ(transport->send(request("GET", "/moved"))->status, 302);
    const auto conflict = transport->send(request("PUT", "/x", "{}"));
    EXPECT_EQ(conflict->status, 409);
    EXPECT_EQ(conflict->body, "conflict");
}

TEST_F(ClusterTransport, StopsASendThatWaitsForAnAnswer) {
    std::stop_source stop;
    LoopbackServer server([&](Connection& connection) {
        connection.readRequest();
        stop.request_stop();
        connection.waitForClose();
    });
    const auto answer = connect(server)->send(request("GET", "/slow"), stop.get_token());
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::Stopped);
}

TEST_F(ClusterTransport, CallsATimeOutUnknown) {
    LoopbackServer server([](Connection& connection) { connection.waitForClose(); });
    HttpRequest put = request("PUT", "/lease", "{}");
    put.timeout = 50ms;
    const auto answer = connect(server)->send(put);
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::Unknown);
}

TEST_F(ClusterTransport, CallsAConnectionThatBreaksBeforeTheAnswerUnknown) {
    LoopbackServer server([](Connection& connection) { connection.readRequest(); });
    const auto answer = connect(server)->send(request("POST", "/things", "{}"));
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::Unknown);
}

TEST_F(ClusterTransport, CallsARefusedConnectionUnavailable) {
    kube::ClusterConfig config;
    {
        LoopbackServer gone([](Connection&) {});
        config.server = gone.url();
    }
    const auto answer = connect(config)->send(request("GET", "/"));
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::Unavailable) << answer.error().message;
}

TEST_F(ClusterTransport, MaySendAgainWhatAKeptConnectionSwallowed) {
    // Why every write must be harmless when it arrives twice: the connection takes a second request and
    // closes, and cpprestsdk sends that request again on a new connection without telling.
    std::atomic<int> posts = 0;
    LoopbackServer server([&](Connection& connection) {
        for (int answered = 0;; ++answered) {
            const std::string text = connection.readRequest();
            if (text.empty()) return;
            if (text.starts_with("POST")) ++posts;
            if (answered == 1) return;
            connection.respond(200, "{}");
        }
    });
    auto transport = connect(server);
    for (int sent = 1; sent <= 20; ++sent) {
        ASSERT_TRUE(transport->send(request("POST", "/things", "{}")).ok());
        ASSERT_GE(posts, sent);
    }
    EXPECT_GT(posts, 20);
}

TEST_F(ClusterTransport, KeepsConnections) {
    LoopbackServer server(
        answering([](const std::string&, Connection& connection) { connection.respond(200, "{}"); }));
    auto transport = connect(server);
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(transport->send(request("GET", "/x")).ok());
    // A connection returns to the pool a moment after its answer was read, so now and then another one is
    // opened.
    EXPECT_LT(server.connections(), 25);
}

TEST_F(ClusterTransport, RefusesToStartWithoutItsTokenFile) {
    kube::ClusterConfig config;
    config.server = "http://127.0.0.1:1";
    config.tokenFile = "/nonexistent/token";
    config.source = "here";
    const auto made = makeClusterTransport(config, clock_, log_);
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.error().message, "here: token file /nonexistent/token: No such file or directory");
}

}  // namespace
}  // namespace serin::net
