#include "base/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace serin {

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    size_t start = 0;
    while (true) {
        const size_t end = text.find(separator, start);
        parts.emplace_back(text.substr(start, end == std::string_view::npos ? end : end - start));
        if (end == std::string_view::npos) return parts;
        start = end + 1;
    }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string out;
    for (const std::string& part : parts) {
        if (!out.empty()) out += separator;
        out += part;
    }
    return out;
}

std::string_view trim(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

std::string withoutTrailing(std::string text, char unwanted) {
    while (text.ends_with(unwanted)) text.pop_back();
    return text;
}

bool isVisible(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

std::string hexOf(std::string_view bytes) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    out.reserve(2 * bytes.size());
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

std::string withoutControls(std::string text) {
    for (char& c : text) {
        if ((static_cast<unsigned char>(c) < ' ' && c != '\n') || c == '\x7f') c = '?';
    }
    return text;
}

std::string lowerCase(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

std::string humanNumber(double value) {
    std::array<char, 64> out{};
    const double size = std::fabs(value);
    if (size == 0) return "0";
    if (!std::isfinite(value)) return value > 0 ? "inf" : (std::isnan(value) ? "NaN" : "-inf");
    if (size >= 100 && size < 1e6) {
        std::snprintf(out.data(), out.size(), "%.0f", value);
    } else {
        std::snprintf(out.data(), out.size(), "%.3g", value);
    }
    return out.data();
}

std::string humanPercent(double share) {
    std::array<char, 64> out{};
    const double percent = share * 100;
    const double size = std::fabs(percent);
    std::snprintf(out.data(), out.size(), size != 0 && size < 0.1 ? "%.3f %%" : "%.1f %%", percent);
    return out.data();
}

}  // namespace serin
