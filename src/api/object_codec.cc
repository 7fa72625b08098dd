#include <string_view>
#include <utility>

#include "api/codec.h"
#include "api/json_read.h"
#include "api/meta_codec.h"
#include "api/names.h"
#include "api/source_pod.h"
#include "api/spec_codec.h"
#include "api/status_codec.h"

namespace serin::api {

using nlohmann::json;

namespace {

constexpr const char* kServiceNameLabel = "kubernetes.io/service-name";
constexpr std::string_view kOurs = "serin.dev/";

std::string labelOf(const json& object, const char* key) {
    return textAt(objectAt(objectAt(object, "metadata"), "labels"), key);
}

// Those of others can be large.
std::map<std::string, std::string> ourAnnotations(const json& object) {
    auto annotations = textsAt(objectAt(object, "metadata"), "annotations");
    std::erase_if(annotations, [](const auto& one) { return !one.first.starts_with(kOurs); });
    return annotations;
}

std::string replicaFailure(const json& status) {
    for (const json& condition : listAt(status, "conditions")) {
        if (textAt(condition, "type") == "ReplicaFailure" && textAt(condition, "status") == "True") {
            return textAt(condition, "message", textAt(condition, "reason"));
        }
    }
    return {};
}

Endpoint decodeEndpoint(const json& value) {
    Endpoint endpoint;
    const json& target = objectAt(value, "targetRef");
    if (textAt(target, "kind", "Pod") == "Pod") {
        endpoint.podUid = textAt(target, "uid");
        endpoint.podName = textAt(target, "name");
    }
    const json& addresses = listAt(value, "addresses");
    if (!addresses.empty() && addresses[0].is_string()) endpoint.address = addresses[0].get<std::string>();
    // discovery/v1: an absent `ready` means unknown, and readers treat it as ready.
    endpoint.ready = flagAt(objectAt(value, "conditions"), "ready", true);
    return endpoint;
}

}  // namespace

Result<ModelDeployment> decodeModelDeployment(const json& object) {
    auto meta = decodeMeta(object);
    if (!meta) return meta.error();
    ModelDeployment out;
    out.meta = std::move(meta).value();
    out.meta.annotations = ourAnnotations(object);
    out.spec = decodeSpec(objectAt(object, "spec"), out.meta.name);
    out.status = decodeStatus(objectAt(object, "status"));
    adoptResolution(objectAt(object, "spec"), out.status.source, out.spec);
    return out;
}

Result<ReplicaSet> decodeReplicaSet(const json& object) {
    auto meta = decodeMeta(object);
    if (!meta) return meta.error();
    ReplicaSet out;
    out.meta = std::move(meta).value();
    out.revision = labelOf(object, kRevisionLabel);
    const json& annotations = objectAt(objectAt(object, "metadata"), "annotations");
    out.version = textAt(annotations, kVersionAnnotation);
    out.modelId = textAt(annotations, kModelIdAnnotation);
    const json& spec = objectAt(object, "spec");
    out.source = sourceOf(objectAt(objectAt(spec, "template"), "spec"));
    out.replicas = countAt(spec, "replicas", 1);
    const json& status = objectAt(object, "status");
    out.statusReplicas = countAt(status, "replicas");
    out.ready = countAt(status, "readyReplicas");
    out.failure = replicaFailure(status);
    return out;
}

Result<Service> decodeService(const json& object) {
    auto meta = decodeMeta(object);
    if (!meta) return meta.error();
    Service out;
    out.meta = std::move(meta).value();
    out.meta.annotations = ourAnnotations(object);
    out.revision = labelOf(object, kRevisionLabel);
    const json& spec = objectAt(object, "spec");
    out.selector = textsAt(spec, "selector");
    for (const json& port : listAt(spec, "ports")) {
        out.ports.push_back({textAt(port, "name"), countAt(port, "port"), countAt(port, "targetPort")});
    }
    return out;
}

Result<EndpointSlice> decodeEndpointSlice(const json& object) {
    auto meta = decodeMeta(object);
    if (!meta) return meta.error();
    EndpointSlice out;
    out.meta = std::move(meta).value();
    out.service = labelOf(object, kServiceNameLabel);
    for (const json& endpoint : listAt(object, "endpoints"))
        out.endpoints.push_back(decodeEndpoint(endpoint));
    return out;
}

}  // namespace serin::api
