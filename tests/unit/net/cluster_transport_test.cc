#include "net/cluster_transport.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "tests/unit/net/fakes.h"
#include "tests/unit/net/loopback_server.h"

namespace serin::net {
namespace {

using testing::answering;
using testing::Connection;
using testing::LoopbackServer;
using testing::makeCertificate;
using testing::TestCertificate;
using namespace std::chrono_literals;

constexpr const char* kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(const std::string& bytes) {
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    return size + bytes + "\r\n";
}

class ClusterTransport : public ::testing::Test {
  protected:
    std::unique_ptr<Transport> connect(const LoopbackServer& server) {
        kube::ClusterConfig config;
        config.server = server.url();
        return connect(config);
    }
    std::unique_ptr<Transport> connect(const kube::ClusterConfig& config) {
        auto made = makeClusterTransport(config, clock_, log_);
        EXPECT_TRUE(made.ok()) << made.error().message;
        return std::move(made).value();
    }
    kube::ClusterConfig secure(const LoopbackServer& server, const TestCertificate& own) {
        kube::ClusterConfig config;
        config.server = server.url("https");
        config.ca.text = own.certificate;
        return config;
    }

    testing::ManualClock clock_;
    testing::MemoryLog log_;
};

HttpRequest request(const std::string& method, const std::string& target, const std::string& body = "") {
    HttpRequest out;
    out.method = method;
    out.target = target;
    out.body = body;
    out.timeout = 20s;
    return out;
}

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

TEST_F(ClusterTransport, StreamsBytesAsTheyCome) {
    // The server sends the next byte only after the client has seen the one before: nothing may be held back.
    std::mutex mutex;
    std::condition_variable seen;
    size_t count = 0;
    const std::string text = "{\"type\":\"ADDED\"}\n";
    LoopbackServer server([&](Connection& connection) {
        connection.readRequest();
        connection.write(kChunked);
        for (size_t at = 0; at < text.size(); ++at) {
            connection.write(chunk(text.substr(at, 1)));
            std::unique_lock lock(mutex);
            if (!seen.wait_for(lock, 10s, [&] { return count > at; })) return;
        }
        connection.write("0\r\n\r\n");
    });
    std::string received;
    const auto end = connect(server)->stream(request("GET", "/watch"),
                                             [&](std::string_view bytes) {
                                                 const std::lock_guard lock(mutex);
                                                 received += bytes;
                                                 count += bytes.size();
                                                 seen.notify_all();
                                                 return true;
                                             },
                                             {});
    ASSERT_TRUE(end.ok()) << end.error().message;
    EXPECT_EQ(end->status, 200);
    EXPECT_EQ(received, text);
}

TEST_F(ClusterTransport, ReportsAStreamThatBreaksInTheMiddle) {
    LoopbackServer server([](Connection& connection) {
        connection.readRequest();
        connection.write(kChunked + chunk("first"));
    });
    std::string received;
    const auto end = connect(server)->stream(
        request("GET", "/watch"), [&](std::string_view bytes) { return received += bytes, true; }, {});
    ASSERT_FALSE(end.ok());
    EXPECT_EQ(end.error().code, ErrorCode::Unknown);
    EXPECT_EQ(received, "first");
}

TEST_F(ClusterTransport, EndsAStreamAfterSilence) {
    LoopbackServer server([](Connection& connection) {
        connection.readRequest();
        connection.write(kChunked + chunk("first"));
        connection.waitForClose();
    });
    HttpRequest watch = request("GET", "/watch");
    watch.timeout = 50ms;
    const auto end = connect(server)->stream(watch, [](std::string_view) { return true; }, {});
    ASSERT_FALSE(end.ok());
    EXPECT_EQ(end.error().code, ErrorCode::Unknown);
    EXPECT_EQ(end.error().message, "timed out reading the answer");
}

TEST_F(ClusterTransport, EndsAStreamWhenTheReaderHasEnough) {
    LoopbackServer server([](Connection& connection) {
        connection.readRequest();
        connection.write(kChunked + chunk("first"));
        connection.waitForClose();
    });
    const auto end =
        connect(server)->stream(request("GET", "/watch"), [](std::string_view) { return false; }, {});
    ASSERT_TRUE(end.ok()) << end.error().message;
    EXPECT_EQ(end->status, 200);
}

TEST_F(ClusterTransport, CollectsTheBodyOfAStreamThatWasRefused) {
    LoopbackServer server(
        answering([](const std::string&, Connection& connection) { connection.respond(410, "gone"); }));
    const auto end = connect(server)->stream(request("GET", "/watch"),
                                             [](std::string_view) {
                                                 ADD_FAILURE() << "a refusal is no stream";
                                                 return true;
                                             },
                                             {});
    ASSERT_TRUE(end.ok()) << end.error().message;
    EXPECT_EQ(end->status, 410);
    EXPECT_EQ(end->body, "gone");
}

TEST_F(ClusterTransport, StopsAStreamAtOnce) {
    LoopbackServer server([](Connection& connection) {
        connection.readRequest();
        connection.write(kChunked + chunk("first"));
        connection.waitForClose();  // returns only because the client closes
    });
    std::stop_source stop;
    const auto end = connect(server)->stream(
        request("GET", "/watch"),
        [&](std::string_view) {
            stop.request_stop();
            return true;
        },
        stop.get_token());
    ASSERT_FALSE(end.ok());
    EXPECT_EQ(end.error().code, ErrorCode::Stopped);
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

TEST_F(ClusterTransport, ReadsTheTokenFileAgainAfterAMinuteAndAfterA401) {
    const std::string path = ::testing::TempDir() + "serin-token-" + std::to_string(::getpid());
    const auto store = [&](const std::string& token) { std::ofstream(path) << token << "\n"; };
    std::string seen;
    int status = 200;
    LoopbackServer server(answering([&](const std::string& text, Connection& connection) {
        const size_t at = text.find("authorization:Bearer ");
        seen = at == std::string::npos ? "" : text.substr(at + 21, text.find('\r', at) - at - 21);
        connection.respond(status, "{}");
    }));
    const auto ask = [&](Transport& transport) {
        EXPECT_TRUE(transport.send(request("GET", "/")).ok());
        return seen;
    };
    kube::ClusterConfig config;
    config.server = server.url();
    config.tokenFile = path;
    store("one");
    auto transport = connect(config);
    EXPECT_EQ(ask(*transport), "one");
    store("two");
    clock_.advance(59s);
    EXPECT_EQ(ask(*transport), "one");
    clock_.advance(1s);
    EXPECT_EQ(ask(*transport), "two");
    store("three");
    status = 401;
    EXPECT_EQ(ask(*transport), "two");
    EXPECT_EQ(ask(*transport), "three");
    std::remove(path.c_str());
    EXPECT_EQ(ask(*transport), "three") << "the last good token stays";
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

TEST_F(ClusterTransport, SpeaksTlsWithTheClustersCa) {
    const TestCertificate own = makeCertificate("api.example", true);
    LoopbackServer server(
        answering([](const std::string&, Connection& connection) { connection.respond(200, "secret"); }),
        own);
    const auto answer = connect(secure(server, own))->send(request("GET", "/"));
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->body, "secret");
}

TEST_F(ClusterTransport, RefusesAServerOfAnotherCaAndSaysWhy) {
    const TestCertificate own = makeCertificate("api.example", true);
    LoopbackServer server(answering([](const std::string&, Connection&) {}), own);
    const auto answer =
        connect(secure(server, makeCertificate("other.example", true)))->send(request("GET", "/"));
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::Unavailable);
    EXPECT_NE(answer.error().message.find("self-signed certificate"), std::string::npos)
        << answer.error().message;
}

TEST_F(ClusterTransport, RefusesACertificateForAnotherNameUnlessThatNameIsAskedFor) {
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

TEST_F(ClusterTransport, SkipsVerificationOnlyWhenToldAndWarns) {
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

TEST_F(ClusterTransport, ShowsItsClientCertificate) {
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

TEST_F(ClusterTransport, SeesARenewedCaFileAtTheNextConnection) {
    const std::string path = ::testing::TempDir() + "serin-ca-" + std::to_string(::getpid());
    const TestCertificate own = makeCertificate("api.example", true);
    LoopbackServer server(
        [](Connection& connection) {
            if (!connection.readRequest().empty()) connection.respond(200, "ok", "Connection: close\r\n");
        },
        own);
    kube::ClusterConfig config;
    config.server = server.url("https");
    config.ca.file = path;
    std::ofstream(path) << makeCertificate("old.example", true).certificate;
    auto transport = connect(config);
    EXPECT_FALSE(transport->send(request("GET", "/")).ok());
    std::ofstream(path, std::ios::trunc) << own.certificate;
    EXPECT_TRUE(transport->send(request("GET", "/")).ok());
    std::ofstream(path, std::ios::trunc) << "torn";
    EXPECT_TRUE(transport->send(request("GET", "/")).ok()) << "the last good one stays";
    std::remove(path.c_str());
}

TEST_F(ClusterTransport, NamesACaThatIsNoCertificate) {
    kube::ClusterConfig config;
    config.server = "https://127.0.0.1:1";
    config.ca.text = "not a certificate";
    config.source = "here";
    const auto made = makeClusterTransport(config, clock_, log_);
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.error().message.substr(0, 28), "here: certificate authority:");
}

}  // namespace
}  // namespace serin::net
