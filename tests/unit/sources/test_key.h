#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "sources/hmac.h"

namespace serin::sources::testing {

// A key of RSA that is made when it is first asked for, so that none stands in the repository.
class TestKey {
  public:
    TestKey() : key_(EVP_RSA_gen(2048), EVP_PKEY_free) {}

    std::string privatePem() const {
        const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
        PEM_write_bio_PrivateKey(out.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
        char* text = nullptr;
        const long length = BIO_get_mem_data(out.get(), &text);
        return {text, static_cast<size_t>(length)};
    }

    // `signature` as a JSON Web Signature has it (RFC 7515).
    bool verifies(const std::string& text, std::string signature) const {
        std::ranges::replace(signature, '-', '+');
        std::ranges::replace(signature, '_', '/');
        signature.append((4 - signature.size() % 4) % 4, '=');
        const std::string bytes = bytesOfBase64(signature).value_or("");
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                              EVP_MD_CTX_free);
        EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
        return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(bytes.data()),
                                bytes.size(), reinterpret_cast<const unsigned char*>(text.data()),
                                text.size()) == 1;
    }

  private:
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

inline const TestKey& testKey() {
    static const TestKey key;
    return key;
}

// The file that Google Cloud hands out for a service account, with that key.
inline nlohmann::json serviceAccount(const std::string& tokenUri) {
    return {{"type", "service_account"},
            {"project_id", "ml"},
            {"private_key_id", "1f2e"},
            {"private_key", testKey().privatePem()},
            {"client_email", "reader@ml.example"},
            {"token_uri", tokenUri}};
}

}  // namespace serin::sources::testing
