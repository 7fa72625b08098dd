#include "net/form_poster.h"

#include <gtest/gtest.h>

#include "tests/unit/net/fakes.h"
#include "tests/unit/net/loopback_server.h"

namespace serin::net {
namespace {

using testing::answering;
using testing::Connection;
using testing::LoopbackServer;
using namespace std::chrono_literals;

class FormPosterTest : public ::testing::Test {
  protected:
    Result<HttpResponse> post(const std::string& url, Duration timeout = 10s, size_t maxBytes = 1000) {
        return makeFormPoster(log)->post(url, "query=up&time=1.5", timeout, maxBytes, {});
    }
    static std::string at(int port, const std::string& path, const std::string& host = "localhost") {
        return "http://" + host + ":" + std::to_string(port) + path;
    }
    std::string failure(const std::string& url, ErrorCode code) {
        const auto answer = post(url);
        if (answer) return "answered";
        EXPECT_EQ(answer.error().code, code);
        return answer.error().message;
    }

    testing::MemoryLog log;
};

TEST_F(FormPosterTest, PostsAFormToANamedHost) {
    std::string seen;
    LoopbackServer server(answering([&](const std::string& text, Connection& connection) {
        seen = text;
        connection.respond(200, "{}");
    }));
    const auto answer = post(at(server.port(), "/prefix/api/v1/query"));
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->body, "{}");
    EXPECT_TRUE(seen.starts_with("POST /prefix/api/v1/query HTTP/1.1\r\n")) << seen;
    EXPECT_NE(seen.find("Host:localhost:" + std::to_string(server.port()) + "\r\n"), std::string::npos)
        << seen;
    EXPECT_NE(seen.find("application/x-www-form-urlencoded"), std::string::npos) << seen;
    EXPECT_TRUE(seen.ends_with("\r\n\r\nquery=up&time=1.5")) << seen;
}

TEST_F(FormPosterTest, GivesEveryStatusAsItIsAndFollowsNoRedirect) {
    LoopbackServer server(answering([&](const std::string&, Connection& connection) {
        connection.respond(302, "elsewhere", "Location: http://127.0.0.1:1/\r\n");
    }));
    const auto answer = post(at(server.port(), "/"));
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->status, 302);
}

TEST_F(FormPosterTest, SaysWhyItCannotConnect) {
    int port = 0;
    {
        LoopbackServer gone([](Connection&) {});
        port = gone.port();
    }
    EXPECT_EQ(failure(at(port, "/", "127.0.0.1"), ErrorCode::Unavailable),
              "cannot connect to 127.0.0.1 port " + std::to_string(port) + ": Connection refused");
    // Reserved for names that do not exist (RFC 2606); without a network the words are others.
    EXPECT_TRUE(failure("http://nobody.invalid:9090/", ErrorCode::Unavailable)
                    .starts_with("cannot resolve nobody.invalid: "));
}

TEST_F(FormPosterTest, RefusesACertificateThatNoAuthorityOfTheSystemHasSigned) {
    LoopbackServer server([](Connection&) {}, testing::makeCertificate("localhost", true));
    EXPECT_EQ(failure("https://localhost:" + std::to_string(server.port()) + "/", ErrorCode::Unavailable),
              "cannot connect to localhost port " + std::to_string(server.port()) +
                  ": self-signed certificate (checked for localhost, by the system's authorities)");
}

TEST_F(FormPosterTest, LimitsTheAnswerAndTheTime) {
    LoopbackServer large(answering(
        [](const std::string&, Connection& connection) { connection.respond(200, std::string(1001, 'x')); }));
    const auto refused = post(at(large.port(), "/"));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::Invalid);
    LoopbackServer silent([](Connection& connection) {
        connection.readRequest();
        connection.waitForClose();
    });
    const auto late = post(at(silent.port(), "/"), 100ms);
    ASSERT_FALSE(late.ok());
    EXPECT_EQ(late.error().code, ErrorCode::Unknown);
    EXPECT_EQ(late.error().message, "timed out waiting for an answer");
}

TEST_F(FormPosterTest, RefusesWhatIsNoUrl) {
    for (const char* url : {"ftp://a/", "http://", "http://:80/", "http://a:0/", "http://a:x/",
                            "http://a:99999/", "http://a//b"}) {
        EXPECT_NE(failure(url, ErrorCode::Invalid), "answered") << url;
    }
}

}  // namespace
}  // namespace serin::net
