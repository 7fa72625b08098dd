#include "fetch/progress.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "base/text.h"

namespace serin::fetch {
namespace {

constexpr Duration kWindow{10'000};
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

std::string left(double seconds) {
    const auto whole = static_cast<int64_t>(std::ceil(seconds));
    // Whole minutes are enough where it is hours.
    const int64_t shown = whole >= 3600 ? whole / 60 * 60 : whole;
    return cat(", about ", formatDuration(std::chrono::seconds(shown)), " left");
}

}  // namespace

std::string humanBytes(uint64_t bytes) {
    const size_t unit = unitOf(bytes);
    return cat(inUnit(bytes, unit), ' ', kUnits[unit]);
}

Progress::Progress(uint64_t total, Duration now) : total_(total), points_{{now, 0}} {}

std::string Progress::line(uint64_t bytes, uint64_t earlier, Duration now) {
    const uint64_t own = bytes - std::min(bytes, earlier);
    points_.push_back({now, own});
    while (points_.size() > 2 && now - points_[1].at >= kWindow) points_.pop_front();
    const Point& since = points_.front();
    const double seconds = static_cast<double>((now - since.at).count()) / 1000;
    const double rate =
        seconds > 0 && own > since.bytes ? static_cast<double>(own - since.bytes) / seconds : 0;
    const size_t unit = unitOf(total_);
    const uint64_t percent =
        total_ == 0 ? 100
                    : static_cast<uint64_t>(100.0 * static_cast<double>(bytes) / static_cast<double>(total_));
    std::string out = cat("fetched ", inUnit(bytes, unit), " of ", humanBytes(total_), " (", percent, " %), ",
                          humanBytes(static_cast<uint64_t>(rate)), "/s");
    if (rate > 0 && bytes < total_) out += left(static_cast<double>(total_ - bytes) / rate);
    return out;
}

}  // namespace serin::fetch
