#include "api/owned_object.h"

#include <algorithm>

#include "api/names.h"

namespace serin::api {

using nlohmann::json;

namespace {

constexpr size_t kLongestLabelValue = 63;

bool isLabelValue(const std::string& text) {
    const auto alphanumeric = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    return !text.empty() && text.size() <= kLongestLabelValue && alphanumeric(text.front()) &&
           alphanumeric(text.back()) && std::all_of(text.begin(), text.end(), [&](char c) {
               return alphanumeric(c) || c == '-' || c == '_' || c == '.';
           });
}

}  // namespace

std::map<std::string, std::string> commonLabels(const ModelDeployment& object, const std::string& revision) {
    std::map<std::string, std::string> labels = podSelector(object, revision);
    labels["app.kubernetes.io/name"] =
        isLabelValue(object.spec.model.name) ? object.spec.model.name : object.meta.name;
    labels["app.kubernetes.io/instance"] = object.meta.name;
    labels["app.kubernetes.io/component"] = "model-server";
    labels["app.kubernetes.io/managed-by"] = "serin";
    return labels;
}

std::map<std::string, std::string> versionLabels(const ModelDeployment& object) {
    std::map<std::string, std::string> labels = commonLabels(object, object.spec.revision);
    if (isLabelValue(object.spec.model.version))
        labels["app.kubernetes.io/version"] = object.spec.model.version;
    return labels;
}

std::map<std::string, std::string> podSelector(const ModelDeployment& object, const std::string& revision) {
    std::map<std::string, std::string> selector{{kModelDeploymentLabel, object.meta.name}};
    if (!revision.empty()) selector[kRevisionLabel] = revision;
    return selector;
}

json ownedMetadata(const ModelDeployment& object, const std::string& name,
                   const std::map<std::string, std::string>& labels) {
    return {{"name", name},
            {"namespace", object.meta.ns},
            {"labels", labels},
            {"ownerReferences", json::array({{{"apiVersion", kApiVersion},
                                              {"kind", kKind},
                                              {"name", object.meta.name},
                                              {"uid", object.meta.uid},
                                              {"controller", true},
                                              {"blockOwnerDeletion", true}}})}};
}

}  // namespace serin::api
