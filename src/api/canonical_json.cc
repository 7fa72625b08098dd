#include "api/canonical_json.h"

#include <cmath>
#include <cstdint>

namespace serin::api {
namespace {

using nlohmann::json;

// 2^63, the first double that int64_t cannot hold.
constexpr double kTooLarge = 9223372036854775808.0;

json canonicalNumber(double number) {
    if (std::trunc(number) == number && std::fabs(number) < kTooLarge) return static_cast<int64_t>(number);
    return number;
}

json withCanonicalNumbers(const json& value) {
    if (value.is_number_float()) return canonicalNumber(value.get<double>());
    if (value.is_object()) {
        json out = json::object();
        for (const auto& [key, member] : value.items()) out[key] = withCanonicalNumbers(member);
        return out;
    }
    if (value.is_array()) {
        json out = json::array();
        for (const json& element : value) out.push_back(withCanonicalNumbers(element));
        return out;
    }
    return value;
}

bool saysNothing(const json& value) {
    return value.is_null() || (value.is_structured() && value.empty());
}

}  // namespace

std::string canonicalText(const json& value) {
    // nlohmann's objects are std::maps, hence sorted; `replace` keeps dump() from throwing on bad UTF-8.
    return withCanonicalNumbers(value).dump(-1, ' ', false, json::error_handler_t::replace);
}

json withoutEmpties(const json& value) {
    if (value.is_object()) {
        json out = json::object();
        for (const auto& [key, member] : value.items()) {
            json kept = withoutEmpties(member);
            if (!saysNothing(kept)) out[key] = std::move(kept);
        }
        return out;
    }
    if (value.is_array()) {
        json out = json::array();
        for (const json& element : value) out.push_back(withoutEmpties(element));
        return out;
    }
    return value;
}

}  // namespace serin::api
