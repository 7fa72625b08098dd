#include "judge/state_text.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>

namespace serin::judge {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr char kBits = '~';
constexpr size_t kBitsLength = 12;  // the mark and 11 digits
constexpr double kExact = 9007199254740992.0;

bool isPlain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == ':' || c == '/' || c == ',';
}

std::optional<int> hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return std::nullopt;
}

template <typename Int>
bool parse(std::string_view text, Int& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

}  // namespace

void StateWriter::word(std::string_view text) {
    if (!text_.empty()) text_ += ' ';
    text_ += text;
}

void StateWriter::put(double value) {
    const bool whole =
        std::floor(value) == value && std::fabs(value) < kExact && !(value == 0 && std::signbit(value));
    if (whole) return word(std::to_string(static_cast<int64_t>(value)));
    auto bits = std::bit_cast<uint64_t>(value);
    std::array<char, kBitsLength> out{};
    out[0] = kBits;
    for (size_t i = 1; i < kBitsLength; ++i) {
        out[i] = kDigits[bits & 63];
        bits >>= 6;
    }
    word({out.data(), out.size()});
}

void StateWriter::put(const std::string& value) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out = "=";
    for (const char c : value) {
        if (isPlain(c)) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += {'%', hex[byte >> 4], hex[byte & 15]};
        }
    }
    word(out);
}

std::string_view StateReader::word() {
    if (rest_.empty()) ok_ = false;
    if (!ok_) return {};
    const size_t end = rest_.find(' ');
    const std::string_view out = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return out;
}

int64_t StateReader::integer() {
    int64_t value = 0;
    if (!parse(word(), value)) ok_ = false;
    return ok_ ? value : 0;
}

uint64_t StateReader::natural() {
    uint64_t value = 0;
    if (!parse(word(), value)) ok_ = false;
    return ok_ ? value : 0;
}

size_t StateReader::count() {
    const uint64_t value = natural();
    if (value > rest_.size()) ok_ = false;
    return ok_ ? value : 0;
}

void StateReader::get(double& value) {
    const std::string_view text = word();
    if (text.size() != kBitsLength || text[0] != kBits) {
        int64_t whole = 0;
        if (!parse(text, whole)) ok_ = false;
        if (ok_) value = static_cast<double>(whole);
        return;
    }
    uint64_t bits = 0;
    for (size_t i = kBitsLength - 1; i >= 1; --i) {
        const size_t digit = kDigits.find(text[i]);
        if (digit == std::string_view::npos) ok_ = false;
        bits = bits << 6 | (digit & 63);
    }
    if (ok_) value = std::bit_cast<double>(bits);
}

void StateReader::get(std::string& value) {
    const std::string_view text = word();
    if (text.empty() || text[0] != '=') ok_ = false;
    std::string out;
    for (size_t i = 1; ok_ && i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const auto high = i + 2 < text.size() ? hexDigit(text[i + 1]) : std::nullopt;
        const auto low = i + 2 < text.size() ? hexDigit(text[i + 2]) : std::nullopt;
        if (!high || !low) {
            ok_ = false;
            break;
        }
        out += static_cast<char>(*high * 16 + *low);
        i += 2;
    }
    if (ok_) value = std::move(out);
}

}  // namespace serin::judge
