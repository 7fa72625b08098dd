#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "api/json_read.h"
#include "base/result.h"

namespace serin::sources {

// What an answer of a store may hold: a value in memory is many times as large as the two bytes that it may
// take on the wire.
inline constexpr size_t kMostJsonValues = 500'000;
inline constexpr size_t kDeepestJson = 64;

// Whether a text, if it is JSON, has no more values and no more lists and objects within each other than
// that.
inline bool isModest(std::string_view text) {
    size_t values = 0;
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted && c == '\\') ++i;
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == '[' || c == '{') ++depth;
        if ((c == ']' || c == '}') && depth > 0) --depth;
        if (c == '[' || c == '{' || c == ',') ++values;
        if (depth > kDeepestJson || values > kMostJsonValues) return false;
    }
    return true;
}

// An answer that is a JSON object or list; Invalid where it is neither, or holds more than any store tells.
inline Result<nlohmann::json> readJson(std::string_view body) {
    if (!isModest(body)) return invalid("its answer has too many values, or too many within each other");
    nlohmann::json out = nlohmann::json::parse(body, nullptr, false);
    if (!out.is_structured()) return invalid("its answer is not the JSON that was asked for");
    return out;
}

// A count of bytes, as a number or, as JSON of protocol buffers writes 64 bits, as decimal digits; nothing
// where it is neither.
inline std::optional<uint64_t> sizeAt(const nlohmann::json& object, const char* name) {
    const nlohmann::json* found = api::find(object, name);
    if (found == nullptr) return std::nullopt;
    if (found->is_number_unsigned()) return found->get<uint64_t>();
    if (!found->is_string()) return std::nullopt;
    const auto& text = found->get_ref<const std::string&>();
    if (text.empty() || text.size() > 18) return std::nullopt;
    uint64_t out = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        out = out * 10 + static_cast<uint64_t>(c - '0');
    }
    return out;
}

}  // namespace serin::sources
