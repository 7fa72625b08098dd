#include "fetch/git_progress.h"

#include <array>
#include <cctype>
#include <charconv>

#include "base/byte_words.h"
#include "base/text.h"

namespace serin::fetch {
namespace {

constexpr std::string_view kReceiving = "Receiving objects";
constexpr size_t kLongestTitle = 64;
// More of any unit is no number of git's.
constexpr uint64_t kMostOfUnit = 1'000'000;

struct Unit {
    std::string_view name;
    uint64_t bytes;
};
constexpr std::array<Unit, 5> kUnits{{{"bytes", 1},
                                      {"byte", 1},
                                      {"KiB", uint64_t{1} << 10},
                                      {"MiB", uint64_t{1} << 20},
                                      {"GiB", uint64_t{1} << 30}}};

// Takes a number from the beginning.
std::optional<uint64_t> takeNumber(std::string_view& text) {
    uint64_t out = 0;
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(stopped - text.data()));
    return out;
}

// "12.34 MiB", "760 bytes".
std::optional<uint64_t> bytesIn(std::string_view text) {
    const std::optional<uint64_t> whole = takeNumber(text);
    if (!whole) return std::nullopt;
    uint64_t hundredths = 0;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        const size_t before = text.size();
        const std::optional<uint64_t> fraction = takeNumber(text);
        if (!fraction || before - text.size() != 2) return std::nullopt;
        hundredths = *fraction;
    }
    text = trim(text);
    for (const Unit& unit : kUnits) {
        if (text != unit.name) continue;
        if (unit.bytes > 1 && *whole > kMostOfUnit) return std::nullopt;
        return *whole * unit.bytes + hundredths * unit.bytes / 100;
    }
    return std::nullopt;
}

// " 45% (1234/2742)", or "1234" where git does not know of how many.
bool readCount(std::string_view text, GitProgress& out) {
    text = trim(text);
    const std::optional<uint64_t> number = takeNumber(text);
    if (!number) return false;
    if (!text.starts_with('%')) return text.empty();
    if (*number > 100) return false;
    out.percent = static_cast<unsigned>(*number);
    return true;
}

// "12.34 MiB | 5.67 MiB/s".
void readThroughput(std::string_view text, GitProgress& out) {
    const size_t bar = text.find('|');
    out.bytes = bytesIn(trim(text.substr(0, bar)));
    if (bar == std::string_view::npos) return;
    std::string_view rate = trim(text.substr(bar + 1));
    if (!rate.ends_with("/s")) return;
    rate.remove_suffix(2);
    out.rate = bytesIn(rate);
}

}  // namespace

std::optional<GitProgress> readGitProgress(std::string_view line) {
    const size_t colon = line.rfind(": ");
    if (colon == std::string_view::npos || colon == 0 || colon > kLongestTitle) return std::nullopt;
    GitProgress out;
    out.what = line.substr(0, colon);
    std::string_view rest = line.substr(colon + 2);
    const size_t comma = rest.find(',');
    if (!readCount(rest.substr(0, comma), out)) return std::nullopt;
    // A number alone may be anything, such as that of an error.
    if (comma == std::string_view::npos) return out.percent ? std::optional(out) : std::nullopt;
    rest.remove_prefix(comma + 1);
    readThroughput(trim(rest.substr(0, rest.find(','))), out);
    return out;
}

bool isReceiving(const GitProgress& progress) {
    return progress.what == kReceiving;
}

std::string progressWords(const GitProgress& progress) {
    std::string out = progress.what;
    out[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(out[0])));
    if (!progress.percent && !progress.bytes) return out;
    out += ": ";
    if (progress.percent) out += cat(*progress.percent, " %");
    if (progress.bytes) out += cat(progress.percent ? ", " : "", humanBytes(*progress.bytes));
    if (progress.rate) out += cat(", ", humanBytes(*progress.rate), "/s");
    return out;
}

}  // namespace serin::fetch
