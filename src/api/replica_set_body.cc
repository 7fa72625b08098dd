#include <algorithm>

#include "api/codec.h"
#include "api/image_source.h"
#include "api/json_read.h"
#include "api/names.h"
#include "api/owned_object.h"
#include "api/pod_template.h"
#include "api/source_pod.h"

namespace serin::api {

using nlohmann::json;

namespace {

constexpr int64_t kDefaultGraceSeconds = 30;  // of a pod that does not say
// Longer than kube-proxy takes to learn of an endpoint's end, shorter than anybody waits for a pod to stop.
constexpr int64_t kLongestPreStopSeconds = 5;

// Sleeping keeps the server answering until no node sends it new connections. The handler needs no shell in
// the image (Kubernetes 1.30 and later) and must end within the grace period.
void addPreStop(json& podSpec) {
    const int64_t grace = integerAt(podSpec, "terminationGracePeriodSeconds", kDefaultGraceSeconds);
    if (grace <= 1 || listAt(podSpec, "containers").empty()) return;
    for (json& container : podSpec["containers"]) {
        if (!container.is_object() || find(objectAt(container, "lifecycle"), "preStop") != nullptr) continue;
        json lifecycle = objectAt(container, "lifecycle");
        lifecycle["preStop"] = {{"sleep", {{"seconds", std::min(kLongestPreStopSeconds, grace - 1)}}}};
        container["lifecycle"] = std::move(lifecycle);
    }
}

void addReadinessProbe(json& container, const Runtime& runtime) {
    if (runtime.readyPath.empty() || find(container, "readinessProbe") != nullptr) return;
    container["readinessProbe"] = {{"httpGet", {{"path", runtime.readyPath}, {"port", runtime.ports.http}}},
                                   {"periodSeconds", 2},
                                   {"timeoutSeconds", 2},
                                   {"failureThreshold", 3}};
}

json* portToName(json& ports, const std::string& name, int number) {
    for (json& entry : ports) {
        const bool tcp = textAt(entry, "protocol", "TCP") == "TCP";
        const std::string known = textAt(entry, "name");
        if (tcp && countAt(entry, "containerPort") == number && (known.empty() || known == name))
            return &entry;
    }
    return nullptr;
}

// A port that the template declares without a name gets ours. Beside a named one ours stands as a second
// entry: the API server wants unique names, and only warns of a number that comes twice.
void addPorts(json& container, const std::vector<ServicePort>& ports) {
    json all = listAt(container, "ports");
    for (const ServicePort& port : ports) {
        const std::string name = portName(port.name);
        if (json* declared = portToName(all, name, port.targetPort)) {
            (*declared)["name"] = name;
        } else {
            all.push_back({{"name", name}, {"containerPort", port.targetPort}, {"protocol", "TCP"}});
        }
    }
    container["ports"] = std::move(all);
}

json podSpecOf(const Spec& spec, const json& written, const std::string& fetchImage) {
    json podSpec = objectAt(written, "spec");
    if (spec.source && isImageSource(*spec.source)) {
        pinImage(podSpec, spec);
    } else if (spec.source) {
        addSource(podSpec, spec, fetchImage);
    }
    addPreStop(podSpec);
    for (json& container : podSpec["containers"]) {
        if (textAt(container, "name") != spec.runtime.container) continue;
        addReadinessProbe(container, spec.runtime);
        addPorts(container, spec.ports);
    }
    return podSpec;
}

// A user's labels win over ours, but for those that select.
std::map<std::string, std::string> podLabels(const ModelDeployment& object, const json& metadata) {
    std::map<std::string, std::string> labels = textsAt(metadata, "labels");
    labels.merge(versionLabels(object));
    for (const auto& [key, value] : podSelector(object, object.spec.revision)) labels[key] = value;
    return labels;
}

std::map<std::string, std::string> provenance(const Spec& spec) {
    std::map<std::string, std::string> annotations;
    annotations[kVersionAnnotation] = spec.model.version.empty() ? spec.revision : spec.model.version;
    annotations[kModelIdAnnotation] = spec.modelId;
    return annotations;
}

}  // namespace

std::string replicaSetBody(const ModelDeployment& object, int replicas, const std::string& fetchImage) {
    const Spec& spec = object.spec;
    // Made by canonicalText, so it parses; anything else reads as an empty template, which the API server
    // refuses.
    const json written = json::parse(spec.templateJson, nullptr, false);
    const json& metadata = objectAt(written, "metadata");
    const std::map<std::string, std::string> labels = podLabels(object, metadata);
    std::map<std::string, std::string> podAnnotations = textsAt(metadata, "annotations");
    podAnnotations.merge(provenance(spec));

    json own = ownedMetadata(object, childName(object.meta.name, spec.revision), labels);
    own["annotations"] = provenance(spec);
    const json body = {{"apiVersion", "apps/v1"},
                       {"kind", "ReplicaSet"},
                       {"metadata", std::move(own)},
                       {"spec",
                        {{"replicas", replicas},
                         {"selector", {{"matchLabels", podSelector(object, spec.revision)}}},
                         {"template",
                          {{"metadata", {{"labels", labels}, {"annotations", podAnnotations}}},
                           {"spec", podSpecOf(spec, written, fetchImage)}}}}}};
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace serin::api
