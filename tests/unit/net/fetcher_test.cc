#include "net/fetcher.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/unit/net/fakes.h"
#include "tests/unit/net/loopback_server.h"

namespace serin::net {
namespace {

using testing::answering;
using testing::Connection;
using testing::LoopbackServer;
using namespace std::chrono_literals;

Result<HttpResponse> get(const std::string& host, int port, const std::string& path, Duration timeout,
                         size_t maxBytes) {
    static testing::MemoryLog log;
    return makeFetcher(log)->get(host, port, path, timeout, maxBytes, nullptr, Offer::Text);
}

TEST(Fetcher, GetsAPageOnAConnectionOfItsOwn) {
    std::string seen;
    LoopbackServer server(answering([&](const std::string& text, Connection& connection) {
        seen = text;
        connection.respond(200, "up 1\n", "Content-Type: text/plain\r\n");
    }));
    const auto answer = get("127.0.0.1", server.port(), "/metrics?x=1", 10s, 1000);
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "up 1\n");
    EXPECT_EQ(answer->headers.at("content-type"), "text/plain");
    EXPECT_TRUE(seen.starts_with("GET /metrics?x=1 HTTP/1.1\r\n")) << seen;
    ASSERT_TRUE(get("127.0.0.1", server.port(), "/metrics", 10s, 1000).ok());
    EXPECT_EQ(server.connections(), 2);
}

TEST(Fetcher, AsksForProtobufWhereThatIsOfferedAndElseForText) {
    std::vector<std::string> seen;
    LoopbackServer server(answering([&](const std::string& text, Connection& connection) {
        seen.push_back(text);
        connection.respond(200, "up 1\n");
    }));
    testing::MemoryLog log;
    for (const Offer offer : {Offer::Text, Offer::Protobuf}) {
        ASSERT_TRUE(makeFetcher(log)->get("127.0.0.1", server.port(), "/metrics", 10s, 1000, nullptr, offer));
    }
    const auto has = [](const std::string& text, std::string_view part) {
        return text.find(part) != std::string::npos;
    };
    EXPECT_FALSE(has(seen.at(0), "protobuf")) << seen[0];
    EXPECT_TRUE(has(seen[0], "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,"))
        << seen[0];
    EXPECT_TRUE(has(seen.at(1),
                    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                    "encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.5,"))
        << seen[1];
}

TEST(Fetcher, ClosesItsConnection) {
    std::promise<void> closed;
    LoopbackServer server([&](Connection& connection) {
        connection.readRequest();
        connection.respond(200, "up 1\n");
        connection.waitForClose();
        closed.set_value();
    });
    ASSERT_TRUE(get("127.0.0.1", server.port(), "/metrics", 10s, 1000).ok());
    EXPECT_EQ(closed.get_future().wait_for(10s), std::future_status::ready);
}

TEST(Fetcher, SaysWhyItCannotConnect) {
    int port = 0;
    {
        LoopbackServer gone([](Connection&) {});
        port = gone.port();
    }
    const auto answer = get("127.0.0.1", port, "/metrics", 5s, 1000);
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(answer.error().message,
              "cannot connect to 127.0.0.1 port " + std::to_string(port) + ": Connection refused");
}

TEST(Fetcher, RefusesABodyAboveTheLimit) {
    LoopbackServer server(answering([](const std::string&, Connection& connection) {
        connection.respond(200, std::string(100'000, 'x'));
    }));
    const auto answer = get("127.0.0.1", server.port(), "/metrics", 10s, 99'999);
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::Invalid);
    EXPECT_EQ(answer.error().message, "the answer is larger than 99999 bytes");
    const auto whole = get("127.0.0.1", server.port(), "/metrics", 10s, 100'000);
    ASSERT_TRUE(whole.ok()) << whole.error().message;
    EXPECT_EQ(whole->body.size(), 100'000U);
}

TEST(Fetcher, LimitsTheWholeTimeHoweverSlowlyBytesDrip) {
    LoopbackServer server([](Connection& connection) {
        connection.readRequest();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
        while (connection.write("x")) std::this_thread::yield();
    });
    const auto answer = get("127.0.0.1", server.port(), "/metrics", 100ms, size_t{1} << 30);
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::Unknown);
}

TEST(Fetcher, ReadsUntilTheConnectionClosesWhereNoLengthIsGiven) {
    LoopbackServer server([](Connection& connection) {
        connection.readRequest();
        connection.write("HTTP/1.1 200 OK\r\n\r\nup 1\n");
    });
    const auto answer = get("127.0.0.1", server.port(), "/metrics", 10s, 1000);
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->body, "up 1\n");
}

TEST(Fetcher, RefusesAnHttpAnswerThatIsNone) {
    LoopbackServer server([](Connection& connection) {
        connection.readRequest();
        connection.write("\x16\x03\x01 this is no HTTP\r\n\r\n");
    });
    const auto answer = get("127.0.0.1", server.port(), "/metrics", 10s, 1000);
    EXPECT_FALSE(answer.ok());
}

TEST(Fetcher, FollowsNoRedirect) {
    LoopbackServer server(answering([](const std::string&, Connection& connection) {
        connection.respond(301, "", "Location: http://127.0.0.1:1/\r\n");
    }));
    const auto answer = get("127.0.0.1", server.port(), "/metrics", 10s, 1000);
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->status, 301);
}

TEST(Fetcher, AsksItsOwnHostWhateverThePathLooksLike) {
    std::vector<std::string> seen;
    LoopbackServer server(answering([&](const std::string& text, Connection& connection) {
        seen.push_back(text.substr(0, text.find("\r\n")));
        connection.respond(200, "up 1\n");
    }));
    for (const char* path : {"/@127.0.0.2:1/metrics", "/../metrics", "/a?b=http://127.0.0.2:1/"}) {
        const auto answer = get("127.0.0.1", server.port(), path, 10s, 1000);
        ASSERT_TRUE(answer.ok()) << path << ": " << answer.error().message;
        EXPECT_EQ(seen.back(), std::string("GET ") + path + " HTTP/1.1");
    }
}

TEST(Fetcher, RefusesAPathThatNamesAHost) {
    const auto answer = get("127.0.0.1", 1, "//127.0.0.2/metrics", 10s, 1000);
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::Invalid);
    EXPECT_EQ(answer.error().message, "the path //127.0.0.2/metrics begins with two slashes");
}

TEST(Fetcher, SendsNoHeaderThatAPathSmugglesIn) {
    int requests = 0;
    LoopbackServer server(answering([&](const std::string& text, Connection& connection) {
        ++requests;
        EXPECT_EQ(text.find("X-Smuggled"), std::string::npos) << text;
        connection.respond(200, "up 1\n");
    }));
    for (const char* path : {"/m HTTP/1.1\r\nX-Smuggled: 1\r\n\r\n", "/m\nX-Smuggled: 1", "/m\r\n"}) {
        EXPECT_FALSE(get("127.0.0.1", server.port(), path, 10s, 1000).ok()) << path;
    }
    EXPECT_EQ(requests, 0);
}

}  // namespace
}  // namespace serin::net
