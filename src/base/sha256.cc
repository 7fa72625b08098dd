#include "base/sha256.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>

#include "base/text.h"

namespace serin {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest digest(std::string_view bytes) {
    Digest out{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out.data());
    return out;
}

std::string hexOf(const Digest& digest) {
    return serin::hexOf({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace

std::string sha256Hex(std::string_view bytes) {
    return hexOf(digest(bytes));
}

struct Sha256::State {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
    EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr);
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
    EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size());
}

std::string Sha256::hex() {
    Digest out{};
    EVP_DigestFinal_ex(state_->context.get(), out.data(), nullptr);
    EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr);
    return hexOf(out);
}

std::string shortDigest(std::string_view bytes) {
    static constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    const auto hash = digest(bytes);
    uint64_t bits = 0;
    for (size_t i = 0; i < 8; ++i) bits = bits << 8 | hash[i];
    std::string out;
    for (int letter = 0; letter < 10; ++letter) out += kAlphabet[(bits >> (59 - 5 * letter)) & 31];
    return out;
}

}  // namespace serin
