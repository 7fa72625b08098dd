#include "base/md5.h"

#include <openssl/evp.h>

#include <array>

#include "base/text.h"

namespace serin {
namespace {

constexpr size_t kBytes = 16;

}  // namespace

struct Md5::State {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};

    bool begin() { return EVP_DigestInit_ex(context.get(), EVP_md5(), nullptr) == 1; }
};

Md5::Md5() : state_(std::make_unique<State>()), works_(state_->begin()) {}

Md5::~Md5() = default;

void Md5::add(std::string_view bytes) {
    if (works_) EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size());
}

std::string Md5::hex() {
    if (!works_) return "";
    std::array<unsigned char, kBytes> digest{};
    EVP_DigestFinal_ex(state_->context.get(), digest.data(), nullptr);
    works_ = state_->begin();
    return hexOf({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace serin
