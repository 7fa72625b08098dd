#include <nlohmann/json.hpp>

#include "api/names.h"
#include "api/owned_object.h"
#include "routing/routing.h"

namespace serin::routing {

using nlohmann::json;

namespace {

json portsOf(const api::ModelDeployment& object) {
    json ports = json::array();
    for (const api::ServicePort& port : object.spec.ports) {
        ports.push_back({{"name", port.name},
                         {"port", port.port},
                         {"protocol", "TCP"},
                         {"targetPort", api::portName(port.name)}});
    }
    return ports;
}

std::string text(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string serviceBody(const api::ModelDeployment& object, const std::string& name, json metadata,
                        const std::string& selected) {
    metadata["name"] = name;
    return text({{"apiVersion", "v1"},
                 {"kind", "Service"},
                 {"metadata", std::move(metadata)},
                 {"spec",
                  {{"type", "ClusterIP"},
                   {"selector", api::podSelector(object, selected)},
                   {"ports", portsOf(object)}}}});
}

}  // namespace

std::string mainServiceBody(const api::ModelDeployment& object, const std::string& revision) {
    const std::string& name = object.meta.name;
    return serviceBody(object, name, api::ownedMetadata(object, name, api::commonLabels(object, "")),
                       revision);
}

std::string revisionServiceBody(const api::ModelDeployment& object, const std::string& revision) {
    const std::string name = api::childName(object.meta.name, revision);
    return serviceBody(object, name, api::ownedMetadata(object, name, api::commonLabels(object, revision)),
                       revision);
}

std::string routePatch(const api::ModelDeployment& object, const std::string& revision,
                       const std::string& uid, const std::string& resourceVersion,
                       const std::map<std::string, std::string>& annotations) {
    json metadata = {{"uid", uid}, {"resourceVersion", resourceVersion}};
    for (const auto& [key, value] : annotations) {
        metadata["annotations"][key] = value.empty() ? json() : json(value);
    }
    // A merge patch removes a member by null.
    json selector = api::podSelector(object, "");
    selector[api::kRevisionLabel] = revision.empty() ? json() : json(revision);
    return text({{"metadata", std::move(metadata)},
                 {"spec", {{"selector", std::move(selector)}, {"ports", portsOf(object)}}}});
}

}  // namespace serin::routing
