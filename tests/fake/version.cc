#include "version.h"

#include <utility>

#include "kube/object.h"

namespace serin::fake {
namespace {

Json withRevision(Json value, std::uint64_t revision) {
    if (revision == 0) {
        value["metadata"].erase("resourceVersion");
    } else {
        value["metadata"]["resourceVersion"] = std::to_string(revision);
    }
    return value;
}

}  // namespace

Version::Version(Kind kindOfObject, Json value, std::uint64_t revision)
    : kind(kindOfObject),
      object(withRevision(std::move(value), revision)),
      resourceVersion(revision),
      space(textAt(metadataOf(object), "namespace")),
      name(textAt(metadataOf(object), "name")),
      key(kube::objectKey(space, name)) {}

const std::string& Version::text() const {
    if (text_.empty()) text_ = dump(object);
    return text_;
}

std::string_view Version::textInList() const {
    if (factsOf(kind).custom) return text();
    if (textInList_.empty()) {
        Json bare = object;
        bare.erase("apiVersion");
        bare.erase("kind");
        textInList_ = dump(bare).substr(1);  // lacks its '{'
    }
    return textInList_;
}

}  // namespace serin::fake
