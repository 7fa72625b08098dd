#include "net/tls.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

#include "base/text.h"
#include "net/openssl_freed.h"
#include "net/pem.h"
#include "net/surroundings.h"

namespace serin::net {
namespace {

using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;

Result<std::string> text(const kube::PemSource& source) {
    if (source.file.empty()) return source.text;
    return readFile(source.file);
}

// Verifies as OpenSSL does (with cpprestsdk's check of the host name inside) and remembers the reason of a
// refusal.
int verifyAndRemember(X509_STORE_CTX* store, void* self) {
    const int verified = X509_verify_cert(store);
    if (verified == 1) return 1;
    const int error = X509_STORE_CTX_get_error(store);
    // The check of the host name refuses without naming an error.
    static_cast<Tls*>(self)->setLastFailure(error == X509_V_OK || error == X509_V_ERR_UNSPECIFIED
                                                ? "the certificate is for another host name"
                                                : X509_verify_cert_error_string(error));
    return verified;
}

}  // namespace

Tls::Tls(const kube::ClusterConfig& config, Logger& log)
    : ca_(config.ca), certificate_(config.clientCertificate), key_(config.clientKey), log_(log) {}

Result<Tls::Texts> Tls::read() const {
    Result<std::string> ca = text(ca_);
    if (!ca) return ca.error();
    Result<std::string> certificate = text(certificate_);
    if (!certificate) return certificate.error();
    Result<std::string> key = text(key_);
    if (!key) return key.error();
    return Texts{std::move(ca).value(), {std::move(certificate).value(), std::move(key).value()}};
}

Result<void> Tls::take(Texts texts) {
    const Context trial(SSL_CTX_new(TLS_client_method()));
    if (!ca_.empty()) {
        if (const auto trusted = trust(trial.get(), texts.ca); !trusted) return trusted;
    }
    if (!texts.own.certificate.empty()) {
        if (const auto done = identify(trial.get(), texts.own, "client"); !done) return done;
    }
    const std::lock_guard lock(mutex_);
    if (texts == good_) return {};
    good_ = std::move(texts);
    ++generation_;
    return {};
}

Result<void> Tls::check() {
    Result<Texts> texts = read();
    if (!texts) return texts.error();
    if (certificate_.empty()) {
        const std::lock_guard lock(mutex_);
        texts.value().own = good_.own;
    } else if (texts->own.certificate.empty()) {
        return invalid(cat(certificate_.file, ": the client certificate is empty"));
    }
    return take(std::move(texts).value());
}

void Tls::refresh() {
    if (ca_.file.empty() && certificate_.file.empty() && key_.file.empty()) return;
    if (const auto fresh = check(); !fresh) {
        log_.warning("certificates cannot be read again; the last good ones stay",
                     {{"error", fresh.error().message}});
    }
}

Result<void> Tls::present(const Identity& own) {
    Texts texts;
    {
        const std::lock_guard lock(mutex_);
        if (good_.own == own) return {};
        texts = {good_.ca, own};
    }
    return take(std::move(texts));
}

int Tls::generation() const {
    const std::lock_guard lock(mutex_);
    return generation_;
}

void Tls::prepare(ssl_ctx_st* context) {
    refresh();
    const std::lock_guard lock(mutex_);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cert_verify_callback(context, verifyAndRemember, this);
    Result<void> done;
    if (!ca_.empty()) done = trust(context, good_.ca);
    if (done && !good_.own.certificate.empty()) done = identify(context, good_.own, "client");
    if (done) return;
    lastFailure_ = done.error().message;
    SSL_CTX_set_cert_store(context, X509_STORE_new());  // trusts nobody
}

std::string Tls::lastFailure() const {
    const std::lock_guard lock(mutex_);
    return lastFailure_;
}

void Tls::setLastFailure(std::string reason) {
    const std::lock_guard lock(mutex_);
    lastFailure_ = std::move(reason);
}

}  // namespace serin::net
