#include "tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstdlib>

namespace testserver {
namespace {

int boundedSize(size_t size) { return static_cast<int>(std::min<size_t>(size, INT_MAX)); }

[[noreturn]] void unusable(const std::string& file) {
    std::fprintf(stderr, "%s cannot be used: %s\n", file.c_str(), ERR_error_string(ERR_get_error(), nullptr));
    std::exit(2);
}

}  // namespace

TlsSession::~TlsSession() {
    SSL_shutdown(session_);
    SSL_free(session_);
}

ssize_t TlsSession::read(char* buffer, size_t size) { return SSL_read(session_, buffer, boundedSize(size)); }

ssize_t TlsSession::write(const char* text, size_t size) { return SSL_write(session_, text, boundedSize(size)); }

TlsServer::TlsServer(const std::string& certificate, const std::string& key) : context_(SSL_CTX_new(TLS_server_method())) {
    if (SSL_CTX_use_certificate_chain_file(context_, certificate.c_str()) != 1) unusable(certificate);
    if (SSL_CTX_use_PrivateKey_file(context_, key.c_str(), SSL_FILETYPE_PEM) != 1) unusable(key);
    ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
}

TlsServer::~TlsServer() { SSL_CTX_free(context_); }

std::unique_ptr<TlsSession> TlsServer::accept(int fd) const {
    const timeval patience{10, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    SSL* session = SSL_new(context_);
    SSL_set_fd(session, fd);
    if (SSL_accept(session) == 1) return std::make_unique<TlsSession>(session);
    SSL_free(session);
    return nullptr;
}

}  // namespace testserver
