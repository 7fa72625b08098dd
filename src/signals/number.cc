#include "signals/number.h"

#include <charconv>
#include <cstdint>

namespace serin::signals {

namespace {

constexpr size_t exactDigits = 15;  // every integer of so many digits is a double

std::optional<double> parseShortInteger(std::string_view text) {
    if (text.empty() || text.size() > exactDigits) return std::nullopt;
    int64_t value = 0;
    for (char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return static_cast<double>(value);
}

}  // namespace

std::optional<double> parseNumber(std::string_view text) {
    // Clients write whole counts both as "12" and as "12.0".
    std::string_view whole = text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
    if (auto value = parseShortInteger(whole)) return value;
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) return std::nullopt;
    }
    double value = 0;
    const char* end = text.data() + text.size();
    auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end) return std::nullopt;
    return value;
}

std::string numberText(double value) {
    char buffer[40];
    auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    return error == std::errc() ? std::string(buffer, end) : std::string("NaN");
}

}  // namespace serin::signals
