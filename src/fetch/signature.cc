#include "fetch/signature.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "base/text.h"

namespace serin::fetch {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Digests = std::vector<const EVP_MD*>;

constexpr std::string_view kKeyForm =
    "put the public key there, which begins with -----BEGIN PUBLIC KEY-----, such as cosign's cosign.pub";

const unsigned char* bytesOf(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

Result<Key> readKey(const std::string& pem) {
    if (pem.find("PRIVATE KEY-----") != std::string::npos) {
        return invalid(
            cat("the public key has a private key in it, which belongs to nobody's pods; ", kKeyForm));
    }
    const std::unique_ptr<BIO, decltype(&BIO_free)> in(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    Key key(PEM_read_bio_PUBKEY(in.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    ERR_clear_error();
    if (!key) return invalid(cat("the public key is no key in PEM; ", kKeyForm));
    return key;
}

std::string curveOf(EVP_PKEY* key) {
    std::array<char, 64> name{};
    size_t length = 0;
    if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name.data(), name.size(), &length) !=
        1) {
        return "";
    }
    return {name.data(), length};
}

// Which digests of the text may have been signed; null: the text itself. Nothing for other keys.
std::optional<Digests> digestsOf(EVP_PKEY* key) {
    if (EVP_PKEY_is_a(key, "ED25519") == 1) return Digests{nullptr};
    if (EVP_PKEY_is_a(key, "EC") != 1) return std::nullopt;
    const std::string curve = curveOf(key);
    if (curve == "prime256v1") return Digests{EVP_sha256()};
    if (curve == "secp384r1") return Digests{EVP_sha256(), EVP_sha384()};
    return std::nullopt;
}

bool isSigned(EVP_PKEY* key, const EVP_MD* digest, std::string_view text, std::string_view signature) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const bool is = EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) == 1 &&
                    EVP_DigestVerify(context.get(), bytesOf(signature), signature.size(), bytesOf(text),
                                     text.size()) == 1;
    ERR_clear_error();
    return is;
}

// The bytes of a text in base64, in lines or not; empty where it is none.
std::string decoded(std::string_view text) {
    const std::unique_ptr<EVP_ENCODE_CTX, decltype(&EVP_ENCODE_CTX_free)> context(EVP_ENCODE_CTX_new(),
                                                                                  EVP_ENCODE_CTX_free);
    std::string out(text.size() + 4, '\0');
    auto* const into = reinterpret_cast<unsigned char*>(out.data());
    int length = 0;
    int rest = 0;
    EVP_DecodeInit(context.get());
    const bool whole =
        EVP_DecodeUpdate(context.get(), into, &length, bytesOf(text), static_cast<int>(text.size())) >= 0 &&
        EVP_DecodeFinal(context.get(), into + length, &rest) == 1;
    ERR_clear_error();
    out.resize(whole ? static_cast<size_t>(length + rest) : 0);
    return out;
}

}  // namespace

Result<void> checkSignature(std::string_view text, std::string_view signature, const std::string& publicKey) {
    const Result<Key> key = readKey(publicKey);
    if (!key) return key.error();
    const std::optional<Digests> digests = digestsOf(key->get());
    if (!digests) {
        return invalid(
            "the public key is of a kind that is not checked; sign with ECDSA on P-256 or P-384, as cosign "
            "does, "
            "or with Ed25519");
    }
    const std::string plain = decoded(signature);
    for (const EVP_MD* digest : *digests) {
        if (isSigned(key->get(), digest, text, signature)) return {};
        if (!plain.empty() && isSigned(key->get(), digest, text, plain)) return {};
    }
    return invalid("the signature is not of this text by this key");
}

}  // namespace serin::fetch
