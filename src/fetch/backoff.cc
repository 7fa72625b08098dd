#include "fetch/backoff.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include "base/text.h"

namespace serin::fetch {
namespace {

constexpr Duration kFirst{500};
constexpr Duration kLongest{30'000};
constexpr Duration kLongestAsked{300'000};
constexpr int kMostDoublings = 16;

std::optional<int64_t> number(std::string_view text) {
    int64_t out = 0;
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    const bool whole = !text.empty() && text[0] != '-' && stopped == text.data() + text.size();
    return error == std::errc() && whole ? std::optional(out) : std::nullopt;
}

// "Sun, 06 Nov 1994 08:49:37 GMT": the one form that servers may write today.
std::optional<Timestamp> date(std::string_view text) {
    static constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::vector<std::string> words = split(text, ' ');
    if (words.size() != 6 || words[5] != "GMT") return std::nullopt;
    const auto month = std::find(kMonths.begin(), kMonths.end(), words[2]);
    if (month == kMonths.end()) return std::nullopt;
    const std::string ordinal = std::to_string(month - kMonths.begin() + 1);
    return parseTime(
        cat(words[3], '-', ordinal.size() == 1 ? "0" : "", ordinal, '-', words[1], 'T', words[4], 'Z'));
}

}  // namespace

bool mayPass(int status) {
    return status == 408 || status == 429 ||
           (status >= 500 && status < 600 && status != 501 && status != 505);
}

std::optional<Duration> retryAfter(std::string_view text, Timestamp now) {
    const std::string_view words = trim(text);
    if (const auto seconds = number(words)) {
        return Duration(std::min<int64_t>(*seconds, kLongestAsked.count()) * 1000);
    }
    const std::optional<Timestamp> then = date(words);
    if (!then) return std::nullopt;
    return std::max(Duration(0), *then - now);
}

Duration waitBefore(int failures, std::optional<Duration> asked, double lot) {
    const int doublings = std::clamp(failures - 1, 0, kMostDoublings);
    const Duration longest = std::min(kLongest, kFirst * (int64_t{1} << doublings));
    const Duration drawn(std::llround(static_cast<double>(longest.count()) * (1 - lot / 2)));
    return std::max(drawn, std::min(asked.value_or(Duration(0)), kLongestAsked));
}

}  // namespace serin::fetch
