#include "sources/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/text.h"

namespace serin::sources {

std::string hmacSha256(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int length = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), &length);
    return {reinterpret_cast<const char*>(out.data()), length};
}

std::optional<std::string> bytesOfBase64(std::string_view text) {
    const size_t digits = text.substr(0, text.find('=')).size();
    const size_t padding = text.size() - digits;
    if (text.size() % 4 != 0 || padding > 2 ||
        text.find_first_not_of('=', digits) != std::string_view::npos) {
        return std::nullopt;
    }
    std::string out(text.size() / 4 * 3, '\0');
    // It leaves blanks at the ends out, so that fewer bytes come than the text has room for.
    const int length =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (length < 0 || static_cast<size_t>(length) != out.size()) return std::nullopt;
    out.resize(out.size() - padding);
    return out;
}

std::string hexOfBase64(std::string_view text, size_t bytes) {
    const auto decoded = bytesOfBase64(text);
    return decoded && decoded->size() == bytes ? hexOf(*decoded) : "";
}

}  // namespace serin::sources
