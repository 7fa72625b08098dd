#include "fetch/progress.h"

#include <algorithm>
#include <cmath>

#include "base/byte_words.h"
#include "base/text.h"

namespace serin::fetch {
namespace {

constexpr Duration kWindow{10'000};
std::string left(double seconds) {
    const auto whole = static_cast<int64_t>(std::ceil(seconds));
    // Whole minutes are enough where it is hours.
    const int64_t shown = whole >= 3600 ? whole / 60 * 60 : whole;
    return cat(", about ", formatDuration(std::chrono::seconds(shown)), " left");
}

}  // namespace

Progress::Progress(uint64_t total, Duration now) : total_(total), points_{{now, 0}} {}

std::string Progress::line(uint64_t bytes, uint64_t earlier, Duration now) {
    const uint64_t own = bytes - std::min(bytes, earlier);
    points_.push_back({now, own});
    while (points_.size() > 2 && now - points_[1].at >= kWindow) points_.pop_front();
    const Point& since = points_.front();
    const double seconds = static_cast<double>((now - since.at).count()) / 1000;
    const double rate =
        seconds > 0 && own > since.bytes ? static_cast<double>(own - since.bytes) / seconds : 0;
    const uint64_t percent =
        total_ == 0 ? 100
                    : static_cast<uint64_t>(100.0 * static_cast<double>(bytes) / static_cast<double>(total_));
    std::string out = cat("fetched ", humanBytes(bytes, total_), " (", percent, " %), ",
                          humanBytes(static_cast<uint64_t>(rate)), "/s");
    if (rate > 0 && bytes < total_) out += left(static_cast<double>(total_ - bytes) / rate);
    return out;
}

}  // namespace serin::fetch
