#include "net/web_exchange.h"

#include <gtest/gtest.h>

#include "tests/unit/net/fakes.h"
#include "tests/unit/net/loopback_server.h"

namespace serin::net {
namespace {

using testing::answering;
using testing::Connection;
using testing::LoopbackServer;
using namespace std::chrono_literals;

class WebExchangeTest : public ::testing::Test {
  protected:
    Result<HttpResponse> send(const std::string& url, HttpRequest request = {}, const std::string& ca = {}) {
        request.timeout = 10s;
        return makeExchange(ca, log)->send(url, request, 1000);
    }
    static std::string at(int port, const std::string& rest) {
        return "http://127.0.0.1:" + std::to_string(port) + rest;
    }

    testing::MemoryLog log;
    std::string seen;
};

TEST_F(WebExchangeTest, SendsMethodPathQueryAndHeadersAsTheyStand) {
    LoopbackServer server(answering([&](const std::string& text, Connection& connection) {
        seen = text;
        connection.respond(404, "none", "ETag: \"x\"\r\n");
    }));
    HttpRequest request;
    request.target = "/not/looked/at";
    request.headers = {
        {"authorization", "Bearer x"}, {"range", "bytes=0-3"}, {"accept-encoding", "identity"}};
    const auto answer = send(at(server.port(), "/a%2Fb/c%20d?x=%2F&y=~"), request);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 404);
    EXPECT_EQ(answer->body, "none");
    EXPECT_EQ(answer->headers.at("etag"), "\"x\"");
    EXPECT_TRUE(seen.starts_with("GET /a%2Fb/c%20d?x=%2F&y=~ HTTP/1.1\r\n")) << seen;
    for (const char* line :
         {"authorization:Bearer x\r\n", "range:bytes=0-3\r\n", "accept-encoding:identity\r\n"}) {
        EXPECT_NE(seen.find(line), std::string::npos) << line << seen;
    }
    EXPECT_NE(seen.find("Host:127.0.0.1:" + std::to_string(server.port()) + "\r\n"), std::string::npos)
        << seen;
}

TEST_F(WebExchangeTest, AUrlWithoutAPathIsTheRoot) {
    LoopbackServer server(answering([&](const std::string& text, Connection& connection) {
        seen = text;
        connection.respond(200, "");
    }));
    ASSERT_TRUE(send(at(server.port(), "?a=b")));
    EXPECT_TRUE(seen.starts_with("GET /?a=b HTTP/1.1\r\n")) << seen;
}

TEST_F(WebExchangeTest, FollowsNoRedirect) {
    LoopbackServer server(answering([&](const std::string&, Connection& connection) {
        connection.respond(302, "", "Location: http://127.0.0.1:1/\r\n");
    }));
    const auto answer = send(at(server.port(), "/"));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->headers.at("location"), "http://127.0.0.1:1/");
}

TEST_F(WebExchangeTest, TrustsTheStatedAuthoritiesAndAlwaysVerifies) {
    const auto authority = testing::makeAuthority("internal");
    LoopbackServer server(
        answering([](const std::string&, Connection& connection) { connection.respond(200, "in"); }),
        testing::makeCertificate("localhost", true, authority));
    const std::string url = "https://localhost:" + std::to_string(server.port()) + "/";
    const auto trusted = send(url, {}, authority.certificate);
    ASSERT_TRUE(trusted) << trusted.error().message;
    EXPECT_EQ(trusted->body, "in");
    const auto unknown = send(url);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, ErrorCode::Unavailable);
    const auto garbage = send(url, {}, "no certificate");
    ASSERT_FALSE(garbage);
    EXPECT_EQ(garbage.error().code, ErrorCode::Invalid);
}

TEST_F(WebExchangeTest, AStopEndsARequestThatIsUnderWay) {
    std::stop_source stop;
    for (const char* begun : {"", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"}) {
        stop = std::stop_source();
        LoopbackServer server([&](Connection& connection) {
            connection.readRequest();
            connection.write(begun);
            stop.request_stop();
            connection.waitForClose();
        });
        HttpRequest request;
        request.timeout = 1h;
        const auto answer =
            makeExchange("", log, stop.get_token())->send(at(server.port(), "/"), request, 1000);
        ASSERT_FALSE(answer) << begun;
        EXPECT_EQ(answer.error().code, ErrorCode::Stopped) << begun;
    }
}

TEST_F(WebExchangeTest, NothingIsAskedAfterAStop) {
    LoopbackServer server([](Connection& connection) { connection.readRequest(); });
    std::stop_source stop;
    stop.request_stop();
    const auto answer = makeExchange("", log, stop.get_token())->send(at(server.port(), "/"), {}, 1000);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::Stopped);
    EXPECT_EQ(server.connections(), 0);
}

TEST_F(WebExchangeTest, LimitsTheBody) {
    LoopbackServer server(answering(
        [](const std::string&, Connection& connection) { connection.respond(200, std::string(1001, 'x')); }));
    const auto answer = send(at(server.port(), "/"));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::Invalid);
}

TEST_F(WebExchangeTest, AComplaintAboutAUrlDoesNotRepeatItsQuery) {
    const auto answer = send("ftp://a/?secret=x");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().message, "'ftp://a/' is not an http(s) URL");
}

}  // namespace
}  // namespace serin::net
