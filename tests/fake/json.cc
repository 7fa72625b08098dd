#include "json.h"

namespace serin::fake {

const Json& at(const Json& value, std::string_view key) {
    static const Json nothing;
    if (!value.is_object()) return nothing;
    const auto found = value.find(key);
    return found == value.end() ? nothing : *found;
}

std::string textAt(const Json& value, std::string_view key) {
    const Json& found = at(value, key);
    return found.is_string() ? found.get_ref<const std::string&>() : std::string();
}

const Json& metadataOf(const Json& object) {
    return at(object, "metadata");
}

std::string labelOf(const Json& object, std::string_view key) {
    return textAt(at(metadataOf(object), "labels"), key);
}

bool isDeleting(const Json& object) {
    return !at(metadataOf(object), "deletionTimestamp").is_null();
}

bool hasFinalizers(const Json& object) {
    const Json& finalizers = at(metadataOf(object), "finalizers");
    return finalizers.is_array() && !finalizers.empty();
}

std::string dump(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void mergePatch(Json& target, const Json& patch) {
    if (!patch.is_object()) {
        target = patch;
        return;
    }
    if (!target.is_object()) target = Json::object();
    for (const auto& [key, value] : patch.items()) {
        if (value.is_null()) {
            target.erase(key);
        } else {
            mergePatch(target[key], value);
        }
    }
}

}  // namespace serin::fake
