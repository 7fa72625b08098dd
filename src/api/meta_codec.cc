#include "api/meta_codec.h"

#include "api/json_read.h"
#include "base/text.h"

namespace serin::api {

using nlohmann::json;

namespace {

std::string controllerUid(const json& metadata) {
    for (const json& owner : listAt(metadata, "ownerReferences")) {
        if (flagAt(owner, "controller")) return textAt(owner, "uid");
    }
    return {};
}

}  // namespace

Result<Meta> decodeMeta(const json& object) {
    const json& metadata = objectAt(object, "metadata");
    for (const char* required : {"name", "namespace", "uid"}) {
        if (textAt(metadata, required).empty()) {
            return invalid(cat(textAt(object, "kind", "object"), " without metadata.", required));
        }
    }
    Meta meta;
    meta.name = textAt(metadata, "name");
    meta.ns = textAt(metadata, "namespace");
    meta.uid = textAt(metadata, "uid");
    meta.resourceVersion = textAt(metadata, "resourceVersion");
    meta.generation = integerAt(metadata, "generation");
    meta.deleting = find(metadata, "deletionTimestamp") != nullptr;
    meta.ownerUid = controllerUid(metadata);
    meta.createdAt = timeAt(metadata, "creationTimestamp");
    return meta;
}

}  // namespace serin::api
