#include "api/fetch_progress.h"

#include <charconv>

#include "base/text.h"

namespace serin::api {
namespace {

constexpr std::string_view kBytes = "serin_fetch_bytes";
constexpr std::string_view kExpected = "serin_fetch_bytes_expected";
// The status counts in 64 bits with a sign.
constexpr uint64_t kMost = uint64_t{1} << 62;

std::string gauge(std::string_view name, std::string_view help, uint64_t value) {
    return cat("# HELP ", name, ' ', help, "\n# TYPE ", name, " gauge\n", name, ' ', value, '\n');
}

std::optional<uint64_t> valueOf(std::string_view line, std::string_view name) {
    if (!line.starts_with(name) || line.substr(name.size(), 1) != " ") return std::nullopt;
    const std::string_view text = line.substr(name.size() + 1);
    uint64_t out = 0;
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    const bool whole = error == std::errc() && stopped == text.data() + text.size() && out <= kMost;
    return whole ? std::optional(out) : std::nullopt;
}

}  // namespace

std::string fetchPage(const FetchProgress& progress) {
    std::string out = gauge(kBytes, "Bytes of the model's files that are there.", progress.bytes);
    if (progress.of > 0) out += gauge(kExpected, "Bytes that they have together.", progress.of);
    return out;
}

std::optional<FetchProgress> readFetchPage(std::string_view page) {
    std::optional<uint64_t> bytes;
    uint64_t of = 0;
    for (const std::string& line : split(page, '\n')) {
        if (const auto value = valueOf(line, kBytes)) bytes = value;
        if (!line.starts_with(cat(kExpected, " "))) continue;
        const auto value = valueOf(line, kExpected);
        if (!value) return std::nullopt;
        of = *value;
    }
    if (!bytes || (of == 0 && *bytes == 0) || (of > 0 && *bytes > of)) return std::nullopt;
    return FetchProgress{*bytes, of};
}

}  // namespace serin::api
