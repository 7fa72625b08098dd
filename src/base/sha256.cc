#include "base/sha256.h"

#include <openssl/sha.h>

#include <array>

namespace serin {
namespace {

std::array<unsigned char, SHA256_DIGEST_LENGTH> digest(std::string_view bytes) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> out{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out.data());
    return out;
}

}  // namespace

std::string sha256Hex(std::string_view bytes) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    for (const unsigned char byte : digest(bytes)) {
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
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
