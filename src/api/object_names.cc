#include "api/object_names.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace serin::api {
namespace {

// Of names and of keys alike (validation of apimachinery: DNS1123SubdomainMaxLength).
constexpr size_t kLongest = 253;

bool isLowerOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool isLabel(std::string_view label) {
    return !label.empty() && isLowerOrDigit(label.front()) && isLowerOrDigit(label.back()) &&
           std::ranges::all_of(label, [](char c) { return isLowerOrDigit(c) || c == '-'; });
}

}  // namespace

bool isObjectName(std::string_view name) {
    return name.size() <= kLongest && std::ranges::all_of(split(name, '.'), isLabel);
}

bool isDataKey(std::string_view key) {
    const auto allowed = [](char c) {
        return isLowerOrDigit(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
    };
    return !key.empty() && key.size() <= kLongest && key != "." && !key.starts_with("..") &&
           std::ranges::all_of(key, allowed);
}

bool isHostName(std::string_view name) {
    return isObjectName(lowerCase(name));
}

}  // namespace serin::api
