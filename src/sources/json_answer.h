#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "api/json_read.h"
#include "base/result.h"

namespace serin::sources {

// An answer that is a JSON object or list; Invalid where it is neither.
inline Result<nlohmann::json> readJson(std::string_view body) {
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
