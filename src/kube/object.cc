#include "kube/object.h"

#include <utility>

#include "base/text.h"
#include "kube/managed_fields.h"

namespace serin::kube {
namespace {

using Json = nlohmann::json;

const Json& emptyObject() {
    static const Json empty = Json::object();
    return empty;
}

const Json& member(const Json& value, std::string_view key) {
    if (!value.is_object()) return emptyObject();
    const auto found = value.find(key);
    return found == value.end() ? emptyObject() : *found;
}

std::string text(const Json& value, std::string_view key) {
    const Json& found = member(value, key);
    return found.is_string() ? found.get_ref<const std::string&>() : std::string();
}

void strip(Json& value) {
    const auto metadata = value.find("metadata");
    if (metadata == value.end() || !metadata->is_object()) return;
    metadata->erase("managedFields");
    const auto annotations = metadata->find("annotations");
    if (annotations == metadata->end() || !annotations->is_object()) return;
    annotations->erase("kubectl.kubernetes.io/last-applied-configuration");
}

}  // namespace

std::string objectKey(std::string_view space, std::string_view name) {
    return space.empty() ? std::string(name) : cat(space, '/', name);
}

Object::Object(Json value) : value_(std::move(value)) {
    if (!value_.is_object()) value_ = Json::object();
    strip(value_);
}

Result<Object> Object::parse(std::string_view input) {
    try {
        Json value = Json::parse(withoutManagedFields(input));
        if (!value.is_object()) return invalid("not a JSON object");
        return Object(std::move(value));
    } catch (const Json::exception& error) {
        return invalid(cat("not JSON: ", error.what()));
    }
}

const Json& Object::metadata() const {
    return member(value_, "metadata");
}
std::string Object::kind() const {
    return text(value_, "kind");
}
std::string Object::apiVersion() const {
    return text(value_, "apiVersion");
}
std::string Object::name() const {
    return text(metadata(), "name");
}
std::string Object::space() const {
    return text(metadata(), "namespace");
}
std::string Object::uid() const {
    return text(metadata(), "uid");
}
std::string Object::resourceVersion() const {
    return text(metadata(), "resourceVersion");
}
std::string Object::label(std::string_view key) const {
    return text(member(metadata(), "labels"), key);
}
std::string Object::annotation(std::string_view key) const {
    return text(member(metadata(), "annotations"), key);
}
bool Object::deleting() const {
    return !text(metadata(), "deletionTimestamp").empty();
}
std::string Object::key() const {
    return objectKey(space(), name());
}

Object::Owner Object::controller() const {
    const Json& owners = member(metadata(), "ownerReferences");
    if (!owners.is_array()) return {};
    for (const Json& owner : owners) {
        const Json& controls = member(owner, "controller");
        if (controls.is_boolean() && controls.get<bool>()) {
            return {text(owner, "apiVersion"), text(owner, "kind"), text(owner, "name"), text(owner, "uid")};
        }
    }
    return {};
}

std::string dumpJson(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace serin::kube
