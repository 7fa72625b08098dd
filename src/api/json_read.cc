#include "api/json_read.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace serin::api {

using nlohmann::json;

const json* find(const json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto member = object.find(name);
    return member == object.end() || member->is_null() ? nullptr : &*member;
}

const json& objectAt(const json& object, const char* name) {
    static const json empty = json::object();
    const json* member = find(object, name);
    return member != nullptr && member->is_object() ? *member : empty;
}

const json& listAt(const json& object, const char* name) {
    static const json empty = json::array();
    const json* member = find(object, name);
    return member != nullptr && member->is_array() ? *member : empty;
}

std::string textAt(const json& object, const char* name, const std::string& fallback) {
    const json* member = find(object, name);
    return member != nullptr && member->is_string() ? member->get<std::string>() : fallback;
}

int64_t integerAt(const json& object, const char* name, int64_t fallback) {
    const json* member = find(object, name);
    if (member == nullptr) return fallback;
    if (member->is_number_integer()) return member->get<int64_t>();
    if (!member->is_number_float()) return fallback;
    const double number = member->get<double>();
    return std::fabs(number) < 9e18 ? static_cast<int64_t>(number) : fallback;
}

int countAt(const json& object, const char* name, int fallback) {
    return static_cast<int>(std::clamp<int64_t>(
        integerAt(object, name, fallback), std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
}

double numberAt(const json& object, const char* name, double fallback) {
    const json* member = find(object, name);
    return member != nullptr && member->is_number() ? member->get<double>() : fallback;
}

bool flagAt(const json& object, const char* name, bool fallback) {
    const json* member = find(object, name);
    return member != nullptr && member->is_boolean() ? member->get<bool>() : fallback;
}

std::optional<Timestamp> timeAt(const json& object, const char* name) {
    return parseTime(textAt(object, name));
}

std::map<std::string, std::string> textsAt(const json& object, const char* name) {
    std::map<std::string, std::string> texts;
    for (const auto& [key, value] : objectAt(object, name).items()) {
        if (value.is_string()) texts[key] = value.get<std::string>();
    }
    return texts;
}

}  // namespace serin::api
