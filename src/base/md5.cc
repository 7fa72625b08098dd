#include "base/md5.h"

#include <openssl/evp.h>

#include <array>

namespace serin {
namespace {

constexpr size_t kBytes = 16;

}  // namespace

struct Md5::State {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

Md5::Md5() : state_(std::make_unique<State>()) {
    EVP_DigestInit_ex(state_->context.get(), EVP_md5(), nullptr);
}

Md5::~Md5() = default;

void Md5::add(std::string_view bytes) {
    EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size());
}

std::string Md5::hex() {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<unsigned char, kBytes> digest{};
    EVP_DigestFinal_ex(state_->context.get(), digest.data(), nullptr);
    EVP_DigestInit_ex(state_->context.get(), EVP_md5(), nullptr);
    std::string out;
    for (const unsigned char byte : digest) {
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

}  // namespace serin
