// What fetcher and poster do with the access to a server that guards itself: both over real TLS on loopback.
#include <gtest/gtest.h>

#include "net/fetcher.h"
#include "net/form_poster.h"
#include "tests/unit/net/fakes.h"
#include "tests/unit/net/loopback_server.h"

namespace serin::net {
namespace {

using testing::answering;
using testing::Connection;
using testing::LoopbackServer;
using testing::makeAuthority;
using testing::makeCertificate;
using testing::TestCertificate;
using namespace std::chrono_literals;

constexpr const char* kName = "prometheus.example.com";
constexpr const char* kSecret = "Bearer s3cret-token";

// Both interfaces as one: each test runs with both.
using Ask = Result<HttpResponse> (*)(int port, const Access& access, Logger& log);

Result<HttpResponse> fetch(int port, const Access& access, Logger& log) {
    return makeFetcher(log)->get("127.0.0.1", port, "/metrics", 10s, 1000, &access, Offer::Text);
}
Result<HttpResponse> post(int port, const Access& access, Logger& log) {
    const std::string url = "https://127.0.0.1:" + std::to_string(port) + "/metrics";
    return makeFormPoster(log)->post(url, "query=up", 10s, 1000, access);
}

class AccessTest : public ::testing::TestWithParam<Ask> {
  protected:
    static LoopbackServer::Behaviour guarded(std::string& seen) {
        return answering([&seen](const std::string& text, Connection& connection) {
            seen = text;
            connection.respond(200, "up 1\n");
        });
    }
    Result<HttpResponse> ask(const LoopbackServer& server, const Access& access) {
        return GetParam()(server.port(), access, log);
    }
    std::string failure(const LoopbackServer& server, const Access& access, ErrorCode code) {
        const auto answer = ask(server, access);
        if (answer) return "answered";
        EXPECT_EQ(answer.error().code, code);
        return answer.error().message;
    }
    static std::string cannotConnect(const LoopbackServer& server, const std::string& why) {
        return "cannot connect to 127.0.0.1 port " + std::to_string(server.port()) + ": " + why;
    }

    testing::MemoryLog log;
    const TestCertificate authority = makeAuthority("internal");
    std::string seen;
};

INSTANTIATE_TEST_SUITE_P(OfBoth, AccessTest, ::testing::Values(&fetch, &post),
                         [](const auto& asked) { return asked.param == &fetch ? "Fetcher" : "FormPoster"; });

TEST_P(AccessTest, ShowsItsCredentialsToAServerOfAPrivateAuthority) {
    LoopbackServer server(guarded(seen), makeCertificate(kName, true, authority));
    for (const char* header : {kSecret, "Basic cmVhZGVyOsO8"}) {
        const auto answer = ask(server, {header, authority.certificate, "", {}});
        ASSERT_TRUE(answer.ok()) << answer.error().message;
        EXPECT_EQ(answer->body, "up 1\n");
        EXPECT_NE(seen.find(std::string("\r\nauthorization:") + header + "\r\n"), std::string::npos) << seen;
    }
}

TEST_P(AccessTest, SendsNoHeaderWithoutCredentials) {
    LoopbackServer server(guarded(seen), makeCertificate(kName, true, authority));
    ASSERT_TRUE(ask(server, {"", authority.certificate, "", {}}).ok());
    EXPECT_EQ(seen.find("authorization"), std::string::npos) << seen;
}

TEST_P(AccessTest, ChecksTheCertificateForTheStatedName) {
    LoopbackServer server(guarded(seen), makeCertificate(kName, false, authority));
    EXPECT_EQ(failure(server, {kSecret, authority.certificate, "", {}}, ErrorCode::Unavailable),
              cannotConnect(server,
                            "the certificate is for another host name (checked for 127.0.0.1, by the "
                            "stated authorities)"));
    EXPECT_EQ(
        failure(server, {kSecret, authority.certificate, "other.example.com", {}}, ErrorCode::Unavailable),
        cannotConnect(server,
                      "the certificate is for another host name (checked for other.example.com, by "
                      "the stated authorities)"));
    EXPECT_EQ(seen, "") << "nothing is sent to a server that was not verified";
    const auto answer = ask(server, {kSecret, authority.certificate, kName, {}});
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(server.requestedServerName(), kName);
}

TEST_P(AccessTest, TrustsTheStatedAuthoritiesAlone) {
    LoopbackServer server(guarded(seen), makeCertificate(kName, true, authority));
    const std::string other = makeAuthority("another").certificate;
    EXPECT_EQ(failure(server, {kSecret, other, "", {}}, ErrorCode::Unavailable),
              cannotConnect(server,
                            "unable to get local issuer certificate (checked for 127.0.0.1, by the stated "
                            "authorities)"));
    EXPECT_EQ(failure(server, {kSecret, "", "", {}}, ErrorCode::Unavailable),
              cannotConnect(server,
                            "unable to get local issuer certificate (checked for 127.0.0.1, by the system's "
                            "authorities)"));
    EXPECT_EQ(seen, "");
    EXPECT_TRUE(ask(server, {kSecret, other + authority.certificate, "", {}}).ok()) << "a bundle of two";
}

TEST_P(AccessTest, RefusesAuthoritiesThatAreNoCertificates) {
    LoopbackServer server(guarded(seen), makeCertificate(kName, true, authority));
    EXPECT_TRUE(failure(server, {kSecret, "nothing", "", {}}, ErrorCode::Invalid)
                    .starts_with("certificate authority: "));
}

TEST_P(AccessTest, ShowsNothingToWhomItIsRedirected) {
    std::string there;
    LoopbackServer elsewhere(guarded(there), makeCertificate(kName, true, authority));
    LoopbackServer server(answering([&](const std::string&, Connection& connection) {
                              connection.respond(307, "", "Location: " + elsewhere.url("https") + "/\r\n");
                          }),
                          makeCertificate(kName, true, authority));
    const auto answer = ask(server, {kSecret, authority.certificate, "", {}});
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->status, 307);
    EXPECT_EQ(elsewhere.connections(), 0);
}

TEST_P(AccessTest, TellsItsSecretToNobodyElse) {
    LoopbackServer refused(guarded(seen), makeCertificate(kName, false, authority));
    LoopbackServer closing([](Connection&) {});
    for (const LoopbackServer* server : {&refused, &closing}) {
        const std::string words =
            failure(*server, {kSecret, authority.certificate, "", {}}, ErrorCode::Unavailable);
        EXPECT_EQ(words.find("s3cret"), std::string::npos) << words;
    }
    for (const std::string& line : log.lines()) EXPECT_EQ(line.find("s3cret"), std::string::npos) << line;
}

TEST(AccessInTheClear, IsRefused) {
    testing::MemoryLog log;
    std::string seen;
    LoopbackServer server(answering([&](const std::string& text, Connection& connection) {
        seen = text;
        connection.respond(200, "{}");
    }));
    const auto poster = makeFormPoster(log);
    const auto refused = poster->post(server.url() + "/", "query=up", 10s, 1000, {kSecret, "", "", {}});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::Invalid);
    EXPECT_EQ(refused.error().message, "credentials are not sent over plain HTTP");
    EXPECT_EQ(server.connections(), 0);
    EXPECT_TRUE(poster->post(server.url() + "/", "query=up", 10s, 1000, {}).ok());
}

}  // namespace
}  // namespace serin::net
