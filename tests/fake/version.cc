#include "version.h"

#include <utility>

#include "base/text.h"
#include "kube/object.h"

namespace serin::fake {
namespace {

Json withRevision(Json value, std::uint64_t revision) {
    value["metadata"]["resourceVersion"] = std::to_string(revision);
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
    const KindFacts& facts = factsOf(kind);
    if (facts.custom) return text();
    // Members are written in alphabetical order, so that these two come first.
    static const auto prefixes = [] {
        std::array<size_t, kKinds> out{};
        for (const Kind one : kAllKinds) {
            const kube::Resource& resource = factsOf(one).resource;
            out[indexOf(one)] =
                cat("{\"apiVersion\":\"", resource.apiVersion(), "\",\"kind\":\"", resource.kind, "\",")
                    .size();
        }
        return out;
    }();
    return std::string_view(text()).substr(prefixes[indexOf(kind)]);  // lacks its '{'
}

}  // namespace serin::fake
