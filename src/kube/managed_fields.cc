#include "kube/managed_fields.h"

namespace serin::kube {
namespace {

constexpr auto kNone = std::string_view::npos;

// The place behind the string that begins at `at`.
size_t behindString(std::string_view json, size_t at) {
    for (++at; at < json.size(); ++at) {
        if (json[at] == '\\') {
            ++at;
        } else if (json[at] == '"') {
            return at + 1;
        }
    }
    return kNone;
}

// The place behind the value that begins at `at`, an object, a list or a string.
size_t behindValue(std::string_view json, size_t at) {
    int depth = 0;
    while (at < json.size()) {
        const char letter = json[at];
        if (letter == '"') {
            at = behindString(json, at);
        } else {
            if (letter == '{' || letter == '[') ++depth;
            if (letter == '}' || letter == ']') --depth;
            ++at;
        }
        if (depth <= 0) return at;
    }
    return kNone;
}

// Where the member of that name (`"name":`) begins in the object whose first member begins at `at`.
size_t findMember(std::string_view json, size_t at, std::string_view member) {
    while (at < json.size() && json[at] == '"') {
        if (json.substr(at).starts_with(member)) return at;
        at = behindString(json, at);
        if (at >= json.size() || json[at] != ':') return kNone;
        at = json.find_first_of("\"{[,}", at + 1);
        if (at < json.size() && json[at] != ',' && json[at] != '}') at = behindValue(json, at);
        if (at >= json.size() || json[at] != ',') return kNone;
        ++at;
    }
    return kNone;
}

}  // namespace

std::string withoutManagedFields(std::string_view json) {
    constexpr std::string_view metadata = "\"metadata\":{";
    constexpr std::string_view managedFields = "\"managedFields\":";
    const size_t open = json.find(metadata);
    if (open == kNone) return std::string(json);
    const size_t begin = findMember(json, open + metadata.size(), managedFields);
    if (begin == kNone) return std::string(json);
    const size_t end = behindValue(json, begin + managedFields.size());
    if (end >= json.size() || json[begin + managedFields.size()] != '[') return std::string(json);
    // One comma goes with it.
    const bool last = json[end] != ',';
    const bool first = json[begin - 1] != ',';
    std::string out(json.substr(0, last && !first ? begin - 1 : begin));
    out += json.substr(last ? end : end + 1);
    return out;
}

}  // namespace serin::kube
