#include "tests/unit/net/loopback_server.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <utility>

namespace serin::net::testing {
namespace {

std::string pemOf(const std::function<void(BIO*)>& write) {
    BIO* memory = BIO_new(BIO_s_mem());
    write(memory);
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory, &data);
    std::string text(data, static_cast<size_t>(size));
    BIO_free(memory);
    return text;
}

size_t contentLength(const std::string& head) {
    const size_t at = head.find("\r\nContent-Length:");
    return at == std::string::npos ? 0
                                   : static_cast<size_t>(std::strtoul(head.c_str() + at + 17, nullptr, 10));
}

void addExtension(X509* certificate, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

X509* certificateIn(const std::string& text) {
    BIO* memory = BIO_new_mem_buf(text.data(), static_cast<int>(text.size()));
    X509* certificate = PEM_read_bio_X509(memory, nullptr, nullptr, nullptr);
    BIO_free(memory);
    return certificate;
}

EVP_PKEY* keyIn(const std::string& text) {
    BIO* memory = BIO_new_mem_buf(text.data(), static_cast<int>(text.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(memory, nullptr, nullptr, nullptr);
    BIO_free(memory);
    return key;
}

// A new certificate with one extension, signed by the authority; by itself where there is none.
TestCertificate issue(const std::string& name, int extension, const std::string& value,
                      const TestCertificate* authority) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    addExtension(certificate, extension, value);
    X509* issuer = authority == nullptr ? nullptr : certificateIn(authority->certificate);
    EVP_PKEY* signer = authority == nullptr ? nullptr : keyIn(authority->key);
    X509_set_issuer_name(certificate, issuer == nullptr ? subject : X509_get_subject_name(issuer));
    X509_sign(certificate, signer == nullptr ? key : signer, EVP_sha256());
    TestCertificate out;
    out.certificate = pemOf([&](BIO* to) { PEM_write_bio_X509(to, certificate); });
    out.key =
        pemOf([&](BIO* to) { PEM_write_bio_PrivateKey(to, key, nullptr, nullptr, 0, nullptr, nullptr); });
    X509_free(issuer);
    EVP_PKEY_free(signer);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return out;
}

std::string alternativeNames(const std::string& dnsName, bool withAddress) {
    return "DNS:" + dnsName + (withAddress ? ",IP:127.0.0.1" : "");
}

ssl_ctx_st* serverContext(const TestCertificate& own, const std::string& clientCa) {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    X509* certificate = certificateIn(own.certificate);
    EVP_PKEY* key = keyIn(own.key);
    SSL_CTX_use_certificate(context, certificate);
    SSL_CTX_use_PrivateKey(context, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
    if (!clientCa.empty()) {
        BIO* caText = BIO_new_mem_buf(clientCa.data(), static_cast<int>(clientCa.size()));
        while (X509* ca = PEM_read_bio_X509(caText, nullptr, nullptr, nullptr)) {
            X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca);
            X509_free(ca);
        }
        BIO_free(caText);
        ERR_clear_error();  // the end of the text reads as an error
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    return context;
}

}  // namespace

TestCertificate makeCertificate(const std::string& dnsName, bool withAddress) {
    return issue(dnsName, NID_subject_alt_name, alternativeNames(dnsName, withAddress), nullptr);
}

TestCertificate makeAuthority(const std::string& name) {
    return issue(name, NID_basic_constraints, "critical,CA:TRUE", nullptr);
}

TestCertificate makeCertificate(const std::string& dnsName, bool withAddress,
                                const TestCertificate& authority) {
    return issue(dnsName, NID_subject_alt_name, alternativeNames(dnsName, withAddress), &authority);
}

long Connection::receive(char* into, size_t size) {
    if (tls_ != nullptr) return SSL_read(tls_, into, static_cast<int>(size));
    return ::recv(descriptor_, into, size, 0);
}

std::string Connection::readRequest() {
    char block[4096];
    while (true) {
        const size_t end = pending_.find("\r\n\r\n");
        if (end != std::string::npos) {
            const size_t whole = end + 4 + contentLength(pending_.substr(0, end + 2));
            if (pending_.size() >= whole) {
                std::string request = pending_.substr(0, whole);
                pending_.erase(0, whole);
                return request;
            }
        }
        const long got = receive(block, sizeof block);
        if (got <= 0) return "";
        pending_.append(block, static_cast<size_t>(got));
    }
}

bool Connection::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const long sent = tls_ != nullptr ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                                          : ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
}

void Connection::waitForClose() {
    char block[4096];
    while (receive(block, sizeof block) > 0) {
    }
}

void Connection::respond(int status, const std::string& body, const std::string& headers) {
    write("HTTP/1.1 " + std::to_string(status) + " Said\r\n" + headers +
          "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

void Connection::relayTo(int port) {
    const int other = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool open = ::connect(other, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    const int ends[] = {descriptor_, other};
    while (open) {
        pollfd both[] = {{ends[0], POLLIN, 0}, {ends[1], POLLIN, 0}};
        ::poll(both, 2, -1);
        for (int from = 0; from < 2 && open; ++from) {
            if (both[from].revents == 0) continue;
            char block[4096];
            const long got = ::recv(ends[from], block, sizeof block, 0);
            open = got > 0 && ::send(ends[1 - from], block, static_cast<size_t>(got), MSG_NOSIGNAL) == got;
        }
    }
    ::close(other);
}

LoopbackServer::LoopbackServer(Behaviour behaviour) : behaviour_(std::move(behaviour)) {
    listenAndServe();
}

LoopbackServer::LoopbackServer(Behaviour behaviour, const TestCertificate& own, const std::string& clientCa)
    : behaviour_(std::move(behaviour)), context_(serverContext(own, clientCa)) {
    SSL_CTX_set_tlsext_servername_callback(
        context_, +[](SSL* tls, int*, void* self) {
            const char* name = SSL_get_servername(tls, TLSEXT_NAMETYPE_host_name);
            auto* server = static_cast<LoopbackServer*>(self);
            const std::lock_guard lock(server->mutex_);
            server->serverName_ = name == nullptr ? "" : name;
            return SSL_TLSEXT_ERR_OK;
        });
    SSL_CTX_set_tlsext_servername_arg(context_, this);
    listenAndServe();
}

void LoopbackServer::listenAndServe() {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets that clients have closed
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
    ::listen(listener_, 16);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] {
        while (true) {
            const int descriptor = ::accept(listener_, nullptr, nullptr);
            if (descriptor < 0) return;
            ++connections_;
            const std::lock_guard lock(mutex_);
            open_.push_back(descriptor);
            threads_.emplace_back([this, descriptor] { serve(descriptor); });
        }
    });
}

void LoopbackServer::serve(int descriptor) {
    SSL* tls = nullptr;
    bool ready = true;
    if (context_ != nullptr) {
        tls = SSL_new(context_);
        SSL_set_fd(tls, descriptor);
        ready = SSL_accept(tls) == 1;
        if (X509* peer = ready ? SSL_get1_peer_certificate(tls) : nullptr) {
            char name[256] = {};
            X509_NAME_get_text_by_NID(X509_get_subject_name(peer), NID_commonName, name, sizeof name);
            X509_free(peer);
            const std::lock_guard lock(mutex_);
            clientName_ = name;
        }
    }
    if (ready) {
        Connection connection(descriptor, tls);
        behaviour_(connection);
    }
    if (tls != nullptr) {
        SSL_shutdown(tls);
        SSL_free(tls);
    }
    const std::lock_guard lock(mutex_);
    ::shutdown(descriptor, SHUT_RDWR);
    ::close(descriptor);
    open_.remove(descriptor);
}

LoopbackServer::~LoopbackServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    {
        const std::lock_guard lock(mutex_);
        for (const int descriptor : open_) ::shutdown(descriptor, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
    SSL_CTX_free(context_);
}

std::string LoopbackServer::url(const std::string& scheme) const {
    return scheme + "://127.0.0.1:" + std::to_string(port_);
}

std::string LoopbackServer::clientName() const {
    const std::lock_guard lock(mutex_);
    return clientName_;
}

std::string LoopbackServer::requestedServerName() const {
    const std::lock_guard lock(mutex_);
    return serverName_;
}

LoopbackServer::Behaviour answering(std::function<void(const std::string& request, Connection&)> answer) {
    return [answer = std::move(answer)](Connection& connection) {
        for (std::string request = connection.readRequest(); !request.empty();
             request = connection.readRequest()) {
            answer(request, connection);
        }
    };
}

}  // namespace serin::net::testing
