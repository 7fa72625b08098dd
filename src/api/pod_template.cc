#include "api/pod_template.h"

#include "api/canonical_json.h"
#include "api/identity_pod.h"
#include "api/image_source.h"
#include "api/json_read.h"
#include "api/names.h"
#include "api/object_names.h"
#include "api/source_pod.h"
#include "api/spec_codec.h"
#include "base/shorten.h"
#include "base/text.h"

namespace serin::api {

using nlohmann::json;

namespace {

std::string quotedNames(const json& containers) {
    std::vector<std::string> names;
    for (const json& container : containers) names.push_back(cat("\"", textAt(container, "name"), "\""));
    return join(names, ", ");
}

const json* chooseContainer(const Field& spec, const json& podSpec, const std::string& wanted) {
    const json& containers = listAt(podSpec, "containers");
    const Field field = spec.at("runtime").at("container");
    if (containers.empty()) {
        spec.at("template")
            .at("spec")
            .at("containers")
            .problem("is empty; state the container of the inference server, with name and image");
        return nullptr;
    }
    if (!wanted.empty()) {
        const json* found = containerNamed(podSpec, wanted);
        if (found == nullptr) {
            field.problem(cat("is \"", wanted, "\", which the template does not have; state one of ",
                              quotedNames(containers)));
        }
        return found;
    }
    if (containers.size() == 1) return &containers[0];
    field.problem(cat("is missing, and the template has the containers ", quotedNames(containers),
                      "; state which of them serves the model"));
    return nullptr;
}

void checkKeys(const Field& map) {
    if (!map.present() || !map.value().is_object()) return;
    for (const auto& [key, value] : map.value().items()) {
        if (key.starts_with("serin.dev/")) {
            map.problem(cat("has the key \"", key,
                            "\"; keys under serin.dev/ are written by Serin, choose another "
                            "prefix"));
        }
        if (!value.is_string()) {
            map.problem(cat("has \"", key, "\": ", canonicalText(value), "; state a text in quotes"));
        }
    }
}

// A Service finds a port by its name in the first container that has it, so a name of ours anywhere else
// would lead clients there.
void checkPortNames(const Field& containers, const Spec& spec) {
    for (const Field& container : containers.elements()) {
        const bool serving = textAt(container.value(), "name") == spec.runtime.container;
        for (const Field& port : container.at("ports").elements()) {
            const std::string name = textAt(port.value(), "name");
            for (const ServicePort& ours : spec.ports) {
                if (name != portName(ours.name)) continue;
                if (serving && countAt(port.value(), "containerPort") == ours.targetPort) continue;
                port.at("name").problem(cat("is \"", name, "\", the name that Serin gives to port ",
                                            ours.targetPort,
                                            " of the serving container; choose another name"));
            }
        }
    }
}

// It is put into requests, and into commands that a person is shown.
std::string checkedServiceAccount(const Field& podSpec) {
    std::string name = serviceAccountOf(podSpec.value());
    if (isObjectName(name)) return name;
    podSpec.at("serviceAccountName")
        .problem(cat("is \"", shortened(name, kLongestShown),
                     "\"; state the name of a ServiceAccount in the same namespace"));
    return "";
}

void checkSource(const Field& spec, Spec& out) {
    const Field podSpec = spec.at("template").at("spec");
    if (out.source->identity) out.source->identity->serviceAccount = checkedServiceAccount(podSpec);
    if (isPulledByKubelet(*out.source) && out.source->credentialsSecret.empty()) {
        out.source->pullSecrets = pullSecretsOf(podSpec.value());
    }
    if (!isImageSource(*out.source)) return checkRoomForSource(podSpec, out);
    for (const Field& container : podSpec.at("containers").elements()) {
        if (textAt(container.value(), "name") != out.runtime.container) continue;
        adoptImage(spec, container.at("image"), *out.source);
    }
}

}  // namespace

const json* containerNamed(const json& podSpec, const std::string& name) {
    for (const json& container : listAt(podSpec, "containers")) {
        if (textAt(container, "name") == name) return &container;
    }
    return nullptr;
}

void decodeTemplate(const Field& spec, Spec& out) {
    const Field written = spec.at("template");
    const Field podSpec = written.at("spec");
    out.templateJson = canonicalText(written.present() ? written.value() : json::object());
    checkKeys(written.at("metadata").at("labels"));
    checkKeys(written.at("metadata").at("annotations"));
    const json* container = chooseContainer(spec, podSpec.value(), out.runtime.container);
    if (container == nullptr) return;
    out.runtime.container = textAt(*container, "name");
    out.modelId = textAt(*container, "image");
    if (out.runtime.readyPath.empty() && find(*container, "readinessProbe") == nullptr) {
        spec.at("runtime")
            .at("readyPath")
            .problem(
                cat("is missing, and the container \"", out.runtime.container,
                    "\" has no readinessProbe; state a path that answers 200 when the model can answer, or a "
                    "readinessProbe"));
    }
    checkPortNames(podSpec.at("containers"), out);
    checkPortNames(podSpec.at("initContainers"), out);
    if (out.source) checkSource(spec, out);
}

}  // namespace serin::api
