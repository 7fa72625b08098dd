#include "net/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/text.h"
#include "net/openssl_freed.h"

namespace serin::net {
namespace {

using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Store = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;

constexpr long kSecondsOfADay = 86'400;
constexpr long kTenYears = 3650 * kSecondsOfADay;

Bio memory(const std::string& text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string textOf(const Bio& memory) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &data);
    return size > 0 ? std::string(data, static_cast<size_t>(size)) : std::string();
}

Error sslError(const std::string& what) {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return invalid(cat(what, ": ", reason == nullptr ? "not PEM" : reason));
}

// Fills in everything but the signature.
bool describe(X509* certificate, EVP_PKEY* key, const std::string& name) {
    std::uint64_t serial = 0;
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return false;
    X509_NAME* subject = X509_get_subject_name(certificate);
    const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
    const Extension names(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, cat("DNS:", name).c_str()));
    return names && X509_set_version(certificate, X509_VERSION_3) == 1 &&
           ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1U) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), -kSecondsOfADay) != nullptr &&
           X509_gmtime_adj(X509_getm_notAfter(certificate), kTenYears) != nullptr &&
           X509_set_pubkey(certificate, key) == 1 &&
           X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1 &&
           X509_set_issuer_name(certificate, subject) == 1 && X509_add_ext(certificate, names.get(), -1) == 1;
}

}  // namespace

Result<void> trust(ssl_ctx_st* context, const std::string& authorities) {
    const Bio input = memory(authorities);
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

Result<void> identify(ssl_ctx_st* context, const Identity& identity, const char* whose) {
    const Bio input = memory(identity.certificate);
    const Certificate own{PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr)};
    if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return sslError(cat(whose, " certificate"));
    while (X509* next = PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr)) {
        SSL_CTX_add_extra_chain_cert(context, next);  // takes it over
    }
    ERR_clear_error();
    const Bio keyInput = memory(identity.key);
    const Key key{PEM_read_bio_PrivateKey(keyInput.get(), nullptr, nullptr, nullptr)};
    if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1) return sslError(cat(whose, " key"));
    if (SSL_CTX_check_private_key(context) != 1) return sslError(cat(whose, " key"));
    return {};
}

Result<Identity> selfSigned(const std::string& name) {
    const Key key(EVP_EC_gen("P-256"));
    const Certificate certificate(X509_new());
    const Bio certificateText(BIO_new(BIO_s_mem()));
    const Bio keyText(BIO_new(BIO_s_mem()));
    const bool made =
        key && certificate && describe(certificate.get(), key.get(), name) &&
        X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0 &&
        PEM_write_bio_X509(certificateText.get(), certificate.get()) == 1 &&
        PEM_write_bio_PrivateKey(keyText.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
    if (!made) return sslError("self-signed certificate");
    return Identity{textOf(certificateText), textOf(keyText)};
}

}  // namespace serin::net
