#include "fetch/part_log.h"

#include <charconv>
#include <optional>
#include <vector>

#include "base/text.h"

namespace serin::fetch {
namespace {

constexpr size_t kHeadLines = 5;
constexpr std::string_view kChecked = "checked";

std::optional<uint64_t> number(std::string_view text) {
    uint64_t out = 0;
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    const bool whole = !text.empty() && stopped == text.data() + text.size();
    return error == std::errc() && whole ? std::optional(out) : std::nullopt;
}

}  // namespace

std::string partLogHead(const PartLog& log) {
    return cat(log.size, '\n', log.partBytes, '\n', log.tag, '\n', log.validator.etag, '\n',
               log.validator.origin, '\n');
}

std::string completeLine(size_t part) {
    return cat(part, '\n');
}

std::string checkedLine() {
    return cat(kChecked, '\n');
}

Result<PartLog> parsePartLog(std::string_view text) {
    std::vector<std::string> lines = split(text, '\n');
    lines.pop_back();  // what follows the last line break
    if (lines.size() < kHeadLines) return invalid("its head is not whole");
    const std::optional<uint64_t> size = number(lines[0]);
    const std::optional<uint64_t> length = number(lines[1]);
    if (!size || !length || *length == 0) return invalid("its head has no sizes");
    PartLog out{*size, *length, lines[2], {lines[3], lines[4]}, {}, false};
    for (size_t i = kHeadLines; i < lines.size(); ++i) {
        const std::optional<uint64_t> part = number(lines[i]);
        if (!part && lines[i] != kChecked) return invalid(cat("line ", i + 1, " is no part"));
        if (part) out.complete.insert(*part);
        out.checked = out.checked || lines[i] == kChecked;
    }
    return out;
}

}  // namespace serin::fetch
