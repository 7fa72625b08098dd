#include "net/tls_opening.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "tests/unit/net/cluster_transport_fixture.h"

namespace serin::net {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::makeCertificate;
using testing::MemoryLog;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing::TemporaryFile;
using testing::TestCertificate;
using namespace std::chrono_literals;

SteadyTime in(std::chrono::milliseconds time) {
    return std::chrono::steady_clock::now() + time;
}

// Two ends of a connection; the server's does not block.
struct Sockets {
    Sockets() {
        if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) std::abort();
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    }
    ~Sockets() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    int server() const { return ends[0]; }
    int client() const { return ends[1]; }
    int ends[2] = {-1, -1};
};

// What a client saw that trusts every certificate.
struct Seen {
    bool agreed = false;
    std::string name;    // common name of the server's certificate
    std::string answer;  // up to the end
    bool ended = false;  // in order, not cut off
};

// Speaks TLS of at most `version`, sends `request`, and reads to the end.
Seen visit(int socket, const std::string& request, int version = TLS1_3_VERSION) {
    Seen seen;
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(context, 0);  // old versions, too
    SSL_CTX_set_max_proto_version(context, version);
    SSL* session = SSL_new(context);
    SSL_set_fd(session, socket);
    seen.agreed = SSL_connect(session) == 1;
    if (X509* shown = SSL_get1_peer_certificate(session)) {
        char name[256] = {};
        X509_NAME_get_text_by_NID(X509_get_subject_name(shown), NID_commonName, name, sizeof name);
        seen.name = name;
        X509_free(shown);
    }
    if (seen.agreed) SSL_write(session, request.data(), static_cast<int>(request.size()));
    char block[4096];
    int got = 0;
    while (seen.agreed && (got = SSL_read(session, block, sizeof block)) > 0)
        seen.answer.append(block, static_cast<size_t>(got));
    seen.ended = seen.agreed && SSL_get_error(session, got) == SSL_ERROR_ZERO_RETURN;
    SSL_free(session);
    SSL_CTX_free(context);
    ERR_clear_error();
    return seen;
}

class TlsOpeningTest : public ::testing::Test {
  protected:
    TlsOpeningTest() { std::signal(SIGPIPE, SIG_IGN); }

    std::unique_ptr<Opening> make(const CertificateFiles& files = {}) {
        auto made = makeTlsOpening(files, log_);
        EXPECT_TRUE(made) << made.error().message;
        return std::move(made).value();
    }
    // One connection on which the server repeats what it hears, and ends it.
    static Seen talk(Opening& opening, const std::string& said = "hello") {
        const Sockets sockets;
        Seen seen;
        std::jthread client([&] { seen = visit(sockets.client(), said); });
        if (const auto channel = opening.open(sockets.server(), in(10s))) {
            std::string heard(said.size(), '\0');
            for (size_t size = 0; size < said.size();) {
                const size_t got = channel->read(heard.data() + size, said.size() - size, in(10s));
                if (got == 0) break;
                size += got;
            }
            channel->write(heard, in(10s));
            channel->finish();
        }
        client.join();
        return seen;
    }

    MemoryLog log_;
};

TEST_F(TlsOpeningTest, ShowsACertificateOfItsOwnWithoutFiles) {
    const auto opening = make();
    const Seen seen = talk(*opening);
    EXPECT_EQ(seen.name, "serin-operator");
    EXPECT_EQ(seen.answer, "hello");
    EXPECT_TRUE(seen.ended) << "the client can tell an end from a cut";
    EXPECT_EQ(talk(*opening).answer, "hello") << "another connection";
}

TEST_F(TlsOpeningTest, PassesManyBytes) {
    std::string many(3'000'000, 'x');
    for (size_t i = 0; i < many.size(); i += 7) many[i] = static_cast<char>('a' + i % 26);
    EXPECT_EQ(talk(*make(), many).answer, many);
}

TEST_F(TlsOpeningTest, ShowsRenewedFilesAtTheNextConnection) {
    const TestCertificate first = makeCertificate("first.example", false);
    const TestCertificate second = makeCertificate("second.example", false);
    const TemporaryFile certificate(first.certificate);
    const TemporaryFile key(first.key);
    const auto opening = make({certificate.path(), key.path()});
    EXPECT_EQ(talk(*opening).name, "first.example");
    certificate.store(second.certificate);
    EXPECT_EQ(talk(*opening).name, "first.example") << "its key is not there yet: the last good one stays";
    EXPECT_EQ(talk(*opening).name, "first.example");
    ASSERT_THAT(log_.lines(), SizeIs(1)) << "said once";
    EXPECT_THAT(log_.lines()[0], HasSubstr(certificate.path()));
    key.store(second.key);
    EXPECT_EQ(talk(*opening).name, "second.example");
    key.remove();
    EXPECT_EQ(talk(*opening).name, "second.example");
    EXPECT_THAT(log_.lines(), SizeIs(2));
}

TEST_F(TlsOpeningTest, CannotBeMadeOfFilesThatDoNotBelongTogether) {
    const TemporaryFile certificate(makeCertificate("a.example", false).certificate);
    const TemporaryFile key(makeCertificate("b.example", false).key);
    const auto other = makeTlsOpening({certificate.path(), key.path()}, log_);
    ASSERT_FALSE(other);
    EXPECT_THAT(other.error().message, HasSubstr("server key: key values mismatch"));
    EXPECT_THAT(other.error().message, HasSubstr(key.path()));
    const auto none = makeTlsOpening({certificate.path(), "/nowhere"}, log_);
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error().message, HasSubstr("/nowhere: No such file"));
    EXPECT_THAT(log_.lines(), IsEmpty());
}

TEST_F(TlsOpeningTest, AClientThatDoesNotSpeakKeepsNobodyAway) {
    const auto opening = make();
    const Sockets silent;
    std::atomic<bool> waits = true;
    std::jthread server([&, socket = silent.server()] {
        opening->open(socket, in(1h));
        waits = false;
    });
    EXPECT_EQ(talk(*opening).answer, "hello");
    EXPECT_TRUE(waits);
    ::shutdown(silent.client(), SHUT_RDWR);
    server.join();
    EXPECT_FALSE(waits);
}

TEST_F(TlsOpeningTest, GivesUpAClientThatDoesNotSpeak) {
    const Sockets sockets;
    EXPECT_EQ(make()->open(sockets.server(), in(50ms)), nullptr);
}

TEST_F(TlsOpeningTest, GivesUpAClientThatDoesNotReadOrGoOn) {
    const auto opening = make();
    const Sockets sockets;
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL* session = SSL_new(context);
    SSL_set_fd(session, sockets.client());
    std::jthread client([&] { SSL_connect(session); });
    const auto channel = opening->open(sockets.server(), in(10s));
    client.join();
    ASSERT_NE(channel, nullptr);
    char byte = 0;
    EXPECT_EQ(channel->read(&byte, 1, in(50ms)), 0U);
    channel->write(std::string(8'000'000, 'x'), in(50ms));
    channel->finish();
    SSL_free(session);
    SSL_CTX_free(context);
}

TEST_F(TlsOpeningTest, RefusesVersionsBefore12) {
    const auto opening = make();
    const Sockets sockets;
    Seen seen;
    std::jthread client([&] { seen = visit(sockets.client(), "", TLS1_1_VERSION); });
    EXPECT_EQ(opening->open(sockets.server(), in(10s)), nullptr);
    ::shutdown(sockets.server(), SHUT_RDWR);
    client.join();
    EXPECT_FALSE(seen.agreed);
}

TEST_F(TlsOpeningTest, TellsPlainHttpToComeWithTls) {
    const Sockets sockets;
    const std::string request = "GET /metrics HTTP/1.1\r\n\r\n";
    ASSERT_EQ(::send(sockets.client(), request.data(), request.size(), 0),
              static_cast<ssize_t>(request.size()));
    EXPECT_EQ(make()->open(sockets.server(), in(10s)), nullptr);
    char block[1000] = {};
    ASSERT_GT(::recv(sockets.client(), block, sizeof block - 1, 0), 0);
    EXPECT_THAT(block, StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(block, HasSubstr("https://"));
}

}  // namespace
}  // namespace serin::net
