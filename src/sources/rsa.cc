#include "sources/rsa.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

namespace serin::sources {
namespace {

struct Freed {
    void operator()(BIO* pointer) const { BIO_free(pointer); }
    void operator()(EVP_PKEY* pointer) const { EVP_PKEY_free(pointer); }
    void operator()(EVP_MD_CTX* pointer) const { EVP_MD_CTX_free(pointer); }
};

// A key that wants a passphrase is none: nobody is asked for one.
int noPassphrase(char*, int, int, void*) {
    return 0;
}

}  // namespace

Result<std::string> rsaSha256(const std::string& privateKey, std::string_view text) {
    const std::unique_ptr<BIO, Freed> pem(
        BIO_new_mem_buf(privateKey.data(), static_cast<int>(privateKey.size())));
    const std::unique_ptr<EVP_PKEY, Freed> key(
        pem ? PEM_read_bio_PrivateKey(pem.get(), nullptr, noPassphrase, nullptr) : nullptr);
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA)
        return invalid("no private key of RSA in PEM");
    const std::unique_ptr<EVP_MD_CTX, Freed> context(EVP_MD_CTX_new());
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    size_t length = 0;
    std::string out;
    bool done = context &&
                EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
                EVP_DigestSign(context.get(), nullptr, &length, bytes, text.size()) == 1;
    if (done) {
        out.resize(length);
        done = EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &length, bytes,
                              text.size()) == 1;
        out.resize(length);
    }
    if (!done) return invalid("a key that signs nothing");
    return out;
}

}  // namespace serin::sources
