#include "net/tls_opening.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <mutex>
#include <utility>

#include "base/text.h"
#include "net/openssl_freed.h"
#include "net/pem.h"
#include "net/socket_wait.h"
#include "net/surroundings.h"

namespace serin::net {
namespace {

using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Freed<SSL_free>>;

constexpr std::string_view kPlainHttp =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
    "this port speaks TLS: ask for https://\n";

class TlsChannel : public Channel {
  public:
    TlsChannel(Session session, int socket) : session_(std::move(session)), socket_(socket) {}

    // False when the handshake failed or was not over in time.
    bool accept(SteadyTime deadline) {
        return repeat(deadline, [this] { return SSL_accept(session_.get()); }) > 0;
    }

    size_t read(char* into, size_t size, SteadyTime deadline) override {
        const int got =
            repeat(deadline, [&] { return SSL_read(session_.get(), into, static_cast<int>(size)); });
        return got > 0 ? static_cast<size_t>(got) : 0;
    }

    void write(std::string_view bytes, SteadyTime deadline) override {
        while (!bytes.empty()) {
            const int sent = repeat(deadline, [&] {
                return SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size()));
            });
            if (sent <= 0) return;
            bytes.remove_prefix(static_cast<size_t>(sent));
        }
    }

    void finish() override {
        ERR_clear_error();
        if (!broken_) SSL_shutdown(session_.get());
        ::shutdown(socket_, SHUT_WR);
    }

  private:
    // Until it succeeds, fails, or the deadline passes.
    template <typename Step>
    int repeat(SteadyTime deadline, Step step) {
        while (true) {
            ERR_clear_error();
            const int result = step();
            if (result > 0) return result;
            const int wanted = SSL_get_error(session_.get(), result);
            const bool waits = wanted == SSL_ERROR_WANT_READ || wanted == SSL_ERROR_WANT_WRITE;
            broken_ = broken_ || wanted == SSL_ERROR_SSL || wanted == SSL_ERROR_SYSCALL;
            if (!waits || !awaitSocket(socket_, wanted == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline))
                return result;
        }
    }

    Session session_;
    int socket_;
    bool broken_ = false;
};

// The rest of the request is taken first: what is left unread would reset the connection.
void refusePlainHttp(int socket) {
    char rest[4096];
    while (::recv(socket, rest, sizeof rest, MSG_DONTWAIT) == sizeof rest) {
    }
    ::send(socket, kPlainHttp.data(), kPlainHttp.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

Result<Context> contextFor(const Identity& identity) {
    Context context(SSL_CTX_new(TLS_server_method()));
    if (!context) return invalid("OpenSSL makes no context");
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    // Each connection is for one request: nothing to resume, nothing to negotiate anew.
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_num_tickets(context.get(), 0);
    SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE);
    if (const auto done = identify(context.get(), identity, "server"); !done) return done.error();
    return context;
}

class TlsOpening : public Opening {
  public:
    TlsOpening(CertificateFiles files, Logger& log) : files_(std::move(files)), log_(log) {}

    // Before it is shared, or with the mutex held.
    Result<void> load() {
        const Result<Identity> identity = read();
        if (!identity) return identity.error();
        if (context_ && *identity == identity_) return {};
        Result<Context> fresh = contextFor(*identity);
        if (!fresh) return fresh.error();
        context_ = std::move(fresh).value();
        identity_ = *identity;
        return {};
    }

    std::unique_ptr<Channel> open(int socket, SteadyTime deadline) override {
        Session session = begin();
        if (!session || SSL_set_fd(session.get(), socket) != 1) return nullptr;
        auto channel = std::make_unique<TlsChannel>(std::move(session), socket);
        if (channel->accept(deadline)) return channel;
        if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST) refusePlainHttp(socket);
        ERR_clear_error();
        return nullptr;
    }

  private:
    // The session keeps the certificate that it began with.
    Session begin() {
        const std::lock_guard lock(mutex_);
        refresh();
        return Session(SSL_new(context_.get()));
    }

    // With the mutex held, like refresh().
    Result<Identity> read() const {
        if (files_.certificate.empty()) return context_ ? identity_ : selfSigned("serin-operator");
        Result<std::string> certificate = readFile(files_.certificate);
        if (!certificate) return certificate.error();
        Result<std::string> key = readFile(files_.key);
        if (!key) return key.error();
        return Identity{std::move(certificate).value(), std::move(key).value()};
    }

    void refresh() {
        const Result<void> loaded = load();
        std::string trouble = loaded ? "" : loaded.error().message;
        if (!trouble.empty() && trouble != trouble_) {
            log_.warning("the server's certificate cannot be read again; the last good one stays",
                         {{"certificate", files_.certificate}, {"key", files_.key}, {"error", trouble}});
        }
        trouble_ = std::move(trouble);
    }

    CertificateFiles files_;
    Logger& log_;
    std::mutex mutex_;  // of all below
    Identity identity_;
    Context context_;
    std::string trouble_;  // of the last reading
};

}  // namespace

Result<std::unique_ptr<Opening>> makeTlsOpening(const CertificateFiles& files, Logger& log) {
    auto opening = std::make_unique<TlsOpening>(files, log);
    if (const Result<void> loaded = opening->load(); !loaded) {
        return invalid(cat(files.certificate, " with ", files.key, ": ", loaded.error().message));
    }
    return std::unique_ptr<Opening>(std::move(opening));
}

}  // namespace serin::net
