#include "base/base64.h"

#include <cstdint>

namespace serin {
namespace {

int digit(char letter) {
    if (letter >= 'A' && letter <= 'Z') return letter - 'A';
    if (letter >= 'a' && letter <= 'z') return letter - 'a' + 26;
    if (letter >= '0' && letter <= '9') return letter - '0' + 52;
    if (letter == '+') return 62;
    if (letter == '/') return 63;
    return -1;
}

}  // namespace

Result<std::string> decodeBase64(std::string_view text) {
    std::string out;
    std::uint32_t bits = 0;
    int digits = 0;
    int padding = 0;
    for (const char letter : text) {
        if (letter == '\n' || letter == '\r' || letter == ' ' || letter == '\t') continue;
        const int value = letter == '=' ? 0 : digit(letter);
        if (value < 0 || (padding > 0 && letter != '=')) return invalid("not base64");
        if (letter == '=') ++padding;
        bits = (bits << 6) | static_cast<std::uint32_t>(value);
        if (++digits % 4 != 0) continue;
        if (padding > 2) return invalid("not base64");
        for (int byte = 0; byte < 3 - padding; ++byte)
            out += static_cast<char>((bits >> (16 - 8 * byte)) & 0xff);
        bits = 0;
    }
    if (digits % 4 != 0) return invalid("not base64: its length is not a multiple of four");
    return out;
}

std::string encodeBase64(std::string_view bytes) {
    static constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (size_t at = 0; at < bytes.size(); at += 3) {
        const std::string_view group = bytes.substr(at, 3);
        std::uint32_t bits = 0;
        for (size_t i = 0; i < 3; ++i)
            bits = (bits << 8) | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
        for (size_t i = 0; i < 4; ++i) out += i <= group.size() ? kDigits[(bits >> (18 - 6 * i)) & 63] : '=';
    }
    return out;
}

}  // namespace serin
