#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

#include "base/text.h"
#include "net/surroundings.h"

namespace serin::net {
namespace {

template <auto Free>
struct Freed {
    template <typename T>
    void operator()(T* object) const {
        Free(object);
    }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Store = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;

Bio memory(const std::string& text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Error sslError(const std::string& what) {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return invalid(cat(what, ": ", reason == nullptr ? "not PEM" : reason));
}

Result<void> trust(SSL_CTX* context, const std::string& pem) {
    const Bio input = memory(pem);
    Store store(X509_STORE_new());
    int count = 0;
    while (const Certificate certificate{PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr)}) {
        if (X509_STORE_add_cert(store.get(), certificate.get()) == 1) ++count;
    }
    if (count == 0) return sslError("certificate authority");
    ERR_clear_error();  // the end of the text reads as an error
    SSL_CTX_set_cert_store(context, store.release());
    return {};
}

Result<void> identify(SSL_CTX* context, const std::string& certificates, const std::string& keyText) {
    const Bio input = memory(certificates);
    const Certificate own{PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr)};
    if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return sslError("client certificate");
    while (X509* next = PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr)) {
        SSL_CTX_add_extra_chain_cert(context, next);  // takes it over
    }
    ERR_clear_error();
    const Bio keyInput = memory(keyText);
    const Key key{PEM_read_bio_PrivateKey(keyInput.get(), nullptr, nullptr, nullptr)};
    if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1) return sslError("client key");
    if (SSL_CTX_check_private_key(context) != 1) return sslError("client key");
    return {};
}

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
    return Texts{std::move(ca).value(), std::move(certificate).value(), std::move(key).value()};
}

Result<void> Tls::take(Texts texts) {
    const Context trial(SSL_CTX_new(TLS_client_method()));
    if (!ca_.empty()) {
        if (const auto trusted = trust(trial.get(), texts.ca); !trusted) return trusted;
    }
    if (!texts.certificate.empty()) {
        if (const auto done = identify(trial.get(), texts.certificate, texts.key); !done) return done;
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
        texts.value().certificate = good_.certificate;
        texts.value().key = good_.key;
    } else if (texts->certificate.empty()) {
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

Result<void> Tls::present(const std::string& certificate, const std::string& key) {
    Texts texts;
    {
        const std::lock_guard lock(mutex_);
        if (good_.certificate == certificate && good_.key == key) return {};
        texts = {good_.ca, certificate, key};
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
    if (done && !good_.certificate.empty()) done = identify(context, good_.certificate, good_.key);
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
