#include "table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace serin::calibration {
namespace {

std::string formatted(const char* format, double value) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

// Signs, where bytes that go on a UTF-8 sign count nothing.
size_t width(const std::string& text) {
    return static_cast<size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & '\xC0') != '\x80'; }));
}

}  // namespace

std::string Table::text() const {
    std::vector<size_t> widths;
    for (const auto& line : lines_) {
        widths.resize(std::max(widths.size(), line.size()), 0);
        for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width(line[i]));
    }
    std::string out;
    for (const auto& line : lines_) {
        std::string row = " ";
        for (size_t i = 0; i < line.size(); ++i) {
            const std::string space(widths[i] - width(line[i]), ' ');
            row += i == 0 ? " " + line[i] + space : "  " + space + line[i];
        }
        out += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
    }
    return out;
}

std::string percent(double share) {
    return formatted(share > 0 && share < .0995 ? "%.2f %%" : "%.1f %%", 100 * share);
}

std::string inSeconds(double seconds) {
    return std::isfinite(seconds) ? formatted("%.0f s", seconds) : "-";
}

}  // namespace serin::calibration
