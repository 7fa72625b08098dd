#include "base/http_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace serin {
namespace {

using ::testing::Pair;
using ::testing::UnorderedElementsAre;

std::string tokenOf(const std::string& authorization) {
    HttpRequest request;
    request.headers["authorization"] = authorization;
    return bearerToken(request);
}

TEST(RequestHead, HasAMethodATargetAndHeadersInLowerCase) {
    const auto request = parseRequestHead(
        "GET /metrics?name=a HTTP/1.1\r\nHost: x:8080\r\nACCEPT:text/plain \r\nAccept: */*\r\n\r\nbody: "
        "no\r\n");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->method, "GET");
    EXPECT_EQ(request->target, "/metrics?name=a");
    EXPECT_EQ(pathOf(*request), "/metrics");
    EXPECT_THAT(request->headers,
                UnorderedElementsAre(Pair("host", "x:8080"), Pair("accept", "text/plain, */*")));
}

TEST(RequestHead, IsRefusedWhenMalformed) {
    for (const char* head :
         {"", "nonsense\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/2\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n",
          "GET http://x/ HTTP/1.1\r\n\r\n", "G:T / HTTP/1.1\r\n\r\n", "GET /\t HTTP/1.1\r\n\r\n",
          "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\nName : x\r\n\r\n",
          "GET / HTTP/1.1\r\nA: x\r\n folded\r\n\r\n", "GET / HTTP/1.1\r\nA: x\ny\r\n\r\n",
          "GET / HTTP/1.1\r\n: x\r\n\r\n"}) {
        EXPECT_FALSE(parseRequestHead(head)) << head;
    }
}

TEST(BearerToken, IsWhatFollowsTheScheme) {
    EXPECT_EQ(tokenOf("Bearer ey.J_-9"), "ey.J_-9");
    EXPECT_EQ(tokenOf("bearer  a=="), "a==");
    EXPECT_EQ(bearerToken(HttpRequest{}), "");
    for (const char* other :
         {"", "Bearer", "Bearer ", "Basic YTpi", "Bearer a b", "Bearer a, Bearer b", "Bearer \xc3\xa4"}) {
        EXPECT_EQ(tokenOf(other), "") << other;
    }
}

TEST(AnswerText, IsAnAnswerThatEndsTheConnection) {
    EXPECT_EQ(answerText({200, {}, "fine\n"}),
              "HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 5\r\n"
              "connection: close\r\n\r\nfine\n");
    EXPECT_EQ(answerText({401, {{"content-type", "a/b"}, {"www-authenticate", "Bearer"}}, ""}),
              "HTTP/1.1 401 Unauthorized\r\ncontent-type: a/b\r\nwww-authenticate: Bearer\r\n"
              "content-length: 0\r\nconnection: close\r\n\r\n");
}

}  // namespace
}  // namespace serin
