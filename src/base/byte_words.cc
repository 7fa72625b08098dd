#include "base/byte_words.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "base/text.h"

namespace serin {
namespace {

constexpr std::array<std::string_view, 6> kUnits{"B", "kB", "MB", "GB", "TB", "PB"};

size_t unitOf(uint64_t bytes) {
    size_t unit = 0;
    for (double rest = static_cast<double>(bytes); rest >= 999.5 && unit + 1 < kUnits.size(); rest /= 1000)
        ++unit;
    return unit;
}

std::string inUnit(uint64_t bytes, size_t unit) {
    const double number = static_cast<double>(bytes) / std::pow(1000.0, static_cast<double>(unit));
    std::array<char, 32> out{};
    std::snprintf(out.data(), out.size(), unit > 0 && number < 99.95 ? "%.1f" : "%.0f", number);
    return out.data();
}

}  // namespace

std::string humanBytes(uint64_t bytes) {
    const size_t unit = unitOf(bytes);
    return cat(inUnit(bytes, unit), ' ', kUnits[unit]);
}

std::string humanBytes(uint64_t bytes, uint64_t of) {
    return cat(inUnit(bytes, unitOf(of)), " of ", humanBytes(of));
}

}  // namespace serin
