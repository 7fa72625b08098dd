#include "base/time.h"

#include <array>
#include <charconv>
#include <cstdio>

#include "base/text.h"

namespace serin {
namespace {

using std::chrono::duration_cast;

struct Parts {
    int year, month, day, hour, minute, second;
    int64_t micros;
};

Parts partsOf(Timestamp time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    return {static_cast<int>(date.year()),
            static_cast<int>(static_cast<unsigned>(date.month())),
            static_cast<int>(static_cast<unsigned>(date.day())),
            static_cast<int>(clock.hours().count()),
            static_cast<int>(clock.minutes().count()),
            static_cast<int>(clock.seconds().count()),
            duration_cast<std::chrono::microseconds>(clock.subseconds()).count()};
}

std::optional<int> digits(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty() || text[0] == '-') {
        return std::nullopt;
    }
    return value;
}

std::optional<Duration> fraction(std::string_view& rest) {
    if (rest.empty() || rest[0] != '.') return Duration(0);
    size_t end = 1;
    while (end < rest.size() && rest[end] >= '0' && rest[end] <= '9') ++end;
    if (end == 1) return std::nullopt;
    std::string millis(rest.substr(1, std::min<size_t>(end - 1, 3)));
    millis.resize(3, '0');
    rest.remove_prefix(end);
    return Duration(*digits(millis));
}

struct Unit {
    std::string_view name;
    int64_t millis;
};
constexpr std::array<Unit, 4> kUnits{{{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

}  // namespace

std::string formatTime(Timestamp time) {
    const Parts p = partsOf(time);
    std::array<char, 48> out{};
    std::snprintf(out.data(), out.size(), "%04d-%02d-%02dT%02d:%02d:%02dZ", p.year, p.month, p.day, p.hour,
                  p.minute, p.second);
    return out.data();
}

std::string formatMicroTime(Timestamp time) {
    const Parts p = partsOf(time);
    std::array<char, 64> out{};
    std::snprintf(out.data(), out.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", p.year, p.month, p.day,
                  p.hour, p.minute, p.second, static_cast<int>(p.micros));
    return out.data();
}

std::optional<Timestamp> parseTime(std::string_view text) {
    if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
        text[16] != ':') {
        return std::nullopt;
    }
    const auto year = digits(text.substr(0, 4)), month = digits(text.substr(5, 2)),
               day = digits(text.substr(8, 2)), hour = digits(text.substr(11, 2)),
               minute = digits(text.substr(14, 2)), second = digits(text.substr(17, 2));
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    std::string_view rest = text.substr(19);
    const auto millis = fraction(rest);
    if (!millis || (rest != "Z" && rest != "+00:00")) return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    return Timestamp(std::chrono::sys_days(date)) + std::chrono::hours(*hour) +
           std::chrono::minutes(*minute) + std::chrono::seconds(*second) + *millis;
}

Result<Duration> parseDuration(std::string_view text) {
    const auto bad = [&] {
        return invalid(cat("\"", text, "\" is not a duration; write it like 30s, 5m or 1h30m"));
    };
    if (text == "0") return Duration(0);
    int64_t total = 0;
    size_t nextUnit = 0;
    std::string_view rest = text;
    if (rest.empty()) return bad();
    while (!rest.empty()) {
        int64_t number = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
        if (error != std::errc() || rest[0] == '-' || number > 1'000'000'000) return bad();
        rest.remove_prefix(static_cast<size_t>(end - rest.data()));
        size_t letters = 0;
        while (letters < rest.size() && (rest[letters] < '0' || rest[letters] > '9')) ++letters;
        const std::string_view name = rest.substr(0, letters);
        rest.remove_prefix(letters);
        while (nextUnit < kUnits.size() && kUnits[nextUnit].name != name) ++nextUnit;
        if (nextUnit == kUnits.size()) return bad();
        total += number * kUnits[nextUnit].millis;
        ++nextUnit;
    }
    return Duration(total);
}

std::string formatDuration(Duration duration) {
    int64_t rest = duration.count();
    std::string out;
    for (const Unit& unit : kUnits) {
        if (rest >= unit.millis) {
            out += cat(rest / unit.millis, unit.name);
            rest %= unit.millis;
        }
    }
    return out.empty() ? "0s" : out;
}

}  // namespace serin
