#include "api/source_pod.h"

#include "api/credential_keys.h"
#include "api/fetch_progress.h"
#include "api/identity_json.h"
#include "api/identity_pod.h"
#include "api/image_source.h"
#include "api/json_read.h"
#include "api/names.h"
#include "base/text.h"

namespace serin::api {

using nlohmann::json;

namespace {

constexpr const char* kAuthoritiesPath = "/etc/serin/authorities";
// The key by which a model has to be signed, for the init container alone.
constexpr const char* kPublicKeyVolume = "serin-public-key";
constexpr const char* kPublicKeyPath = "/etc/serin/public-key";
constexpr int kNobody = 65532;  // the user of the image

// Kubernetes replaces $(NAME) in values of the environment, and $$ by $ (EnvVar of core/v1).
std::string asWritten(const std::string& text) {
    std::string out;
    for (const char c : text) out += c == '$' ? std::string("$$") : std::string(1, c);
    return out;
}

bool isClaim(const ModelSource& source) {
    return source.reference.store == StoreKind::VolumeClaim;
}

bool isSigned(const ModelSource& source) {
    return !source.publicKeySecret.empty();
}

json modelVolume(const Spec& spec) {
    const ModelSource& source = *spec.source;
    if (source.imageVolume) return imageVolume(kModelVolume, imageReference(source, spec.modelId));
    if (!isClaim(source)) return {{"name", kModelVolume}, {"emptyDir", json::object()}};
    return {{"name", kModelVolume},
            {"persistentVolumeClaim", {{"claimName", source.reference.place}, {"readOnly", true}}}};
}

// To ask a store.
bool needsAuthorities(const ModelSource& source) {
    return !source.caConfigMap.empty() && !isMounted(source);
}

json modelMount(const ModelSource& source, bool readOnly) {
    json out = {{"name", kModelVolume}, {"mountPath", source.mountPath}};
    if (readOnly) out["readOnly"] = true;
    if (isClaim(source) && !source.reference.path.empty()) out["subPath"] = source.reference.path;
    return out;
}

// Without the Secret or its key the container starts all the same, and says what is missing.
json publicKeyVolume(const ModelSource& source) {
    const json item = {{"key", source.publicKeyKey}, {"path", source.publicKeyKey}};
    return {{"name", kPublicKeyVolume},
            {"secret",
             {{"secretName", source.publicKeySecret}, {"items", json::array({item})}, {"optional", true}}}};
}

void put(json& environment, const char* name, const std::string& value) {
    if (!value.empty()) environment.push_back({{"name", name}, {"value", asWritten(value)}});
}

json environmentOf(const Spec& spec) {
    const ModelSource& source = *spec.source;
    json out = json::array();
    // Of a mounted volume no store is asked.
    const bool asks = !isMounted(source);
    if (asks) {
        put(out, "SERIN_SOURCE_URI", source.uri);
        put(out, "SERIN_SOURCE_ID", spec.modelId);
        put(out, "SERIN_SOURCE_ENDPOINT", source.endpoint);
    }
    put(out, "SERIN_SOURCE_INCLUDE", join(source.include, "\n"));
    put(out, "SERIN_SOURCE_EXCLUDE", join(source.exclude, "\n"));
    if (needsAuthorities(source)) put(out, "SERIN_SOURCE_CA", cat(kAuthoritiesPath, "/", source.caKey));
    put(out, "SERIN_SOURCE_SHA256", source.sha256);
    if (isSigned(source)) put(out, "SERIN_SOURCE_PUBLIC_KEY", cat(kPublicKeyPath, "/", source.publicKeyKey));
    if (source.identity) put(out, kIdentityVariable, identityJson(*source.identity));
    if (!asks || source.credentialsSecret.empty()) return out;
    // Not all of the Secret: its other keys are nothing that the program should see, and may be none of the
    // names that a variable can have. Each may lack, but not all of them: the program is told the name.
    const std::vector<std::string> keys = credentialKeys(source.reference.store);
    if (!keys.empty()) put(out, "SERIN_SOURCE_CREDENTIALS", source.credentialsSecret);
    for (const std::string& key : keys) {
        out.push_back(
            {{"name", credentialVariable(key)},
             {"valueFrom",
              {{"secretKeyRef", {{"name", source.credentialsSecret}, {"key", key}, {"optional", true}}}}}});
    }
    return out;
}

// A pod that runs as root anyway has this container run as its image's user.
json securityOf(const json& podSpec) {
    json out = restrictedSecurity();
    if (integerAt(objectAt(podSpec, "securityContext"), "runAsUser", kNobody) == 0) {
        out["runAsUser"] = kNobody;
    }
    return out;
}

json fetchContainer(const json& podSpec, const Spec& spec, const std::string& image) {
    const ModelSource& source = *spec.source;
    json mounts = json::array({modelMount(source, isMounted(source))});
    if (needsAuthorities(source)) {
        mounts.push_back({{"name", kAuthoritiesVolume}, {"mountPath", kAuthoritiesPath}, {"readOnly", true}});
    }
    if (isSigned(source)) {
        mounts.push_back({{"name", kPublicKeyVolume}, {"mountPath", kPublicKeyPath}, {"readOnly", true}});
    }
    json out = {{"name", kFetchContainer},
                {"image", image},
                {"args", {isMounted(source) ? "--check" : "--into", asWritten(source.mountPath)}},
                {"env", environmentOf(spec)},
                {"volumeMounts", std::move(mounts)},
                {"terminationMessagePolicy", "FallbackToLogsOnError"},
                {"resources",
                 {{"requests", {{"cpu", "100m"}, {"memory", "64Mi"}}},
                  {"limits", {{"cpu", "2"}, {"memory", "256Mi"}}}}},
                {"securityContext", securityOf(podSpec)}};
    // In the network of the node a port would be there but once.
    if (!isMounted(source) && !flagAt(podSpec, "hostNetwork")) {
        out["env"].push_back({{"name", "SERIN_FETCH_PROGRESS_PORT"}, {"value", std::to_string(kFetchPort)}});
        out["ports"] = json::array({{{"name", kFetchPortName}, {"containerPort", kFetchPort}}});
    }
    return out;
}

void append(json& podSpec, const char* list, json element) {
    json all = listAt(podSpec, list);
    all.push_back(std::move(element));
    podSpec[list] = std::move(all);
}

void checkNames(const Field& list, std::string_view ours, std::string_view what) {
    for (const Field& element : list.elements()) {
        if (textAt(element.value(), "name") != ours) continue;
        element.at("name").problem(cat("is \"", ours, "\", the name of the ", what,
                                       " that Serin adds for spec.model.source; "
                                       "choose another name"));
    }
}

}  // namespace

json imageVolume(const char* name, const std::string& image) {
    return {{"name", name}, {"image", {{"reference", image}, {"pullPolicy", "IfNotPresent"}}}};
}

json restrictedSecurity() {
    return {{"allowPrivilegeEscalation", false},
            {"capabilities", {{"drop", {"ALL"}}}},
            {"readOnlyRootFilesystem", true},
            {"runAsNonRoot", true},
            {"seccompProfile", {{"type", "RuntimeDefault"}}}};
}

bool isMounted(const ModelSource& source) {
    return isClaim(source) || source.imageVolume;
}

// What is mounted is only looked at where it is stated what it has to be.
bool hasFetchContainer(const ModelSource& source) {
    return !isMounted(source) || isSigned(source) || !source.sha256.empty();
}

void addSource(json& podSpec, const Spec& spec, const std::string& fetchImage) {
    const ModelSource& source = *spec.source;
    if (hasFetchContainer(source)) {
        // First, so that the template's own init containers find the model.
        json fetch = fetchContainer(podSpec, spec, fetchImage);
        if (source.identity) {
            append(podSpec, "volumes", identityVolume(*source.identity));
            addIdentity(fetch);
        }
        json containers = json::array({std::move(fetch)});
        for (const json& container : listAt(podSpec, "initContainers")) containers.push_back(container);
        podSpec["initContainers"] = std::move(containers);
    }
    append(podSpec, "volumes", modelVolume(spec));
    if (isSigned(source)) append(podSpec, "volumes", publicKeyVolume(source));
    if (needsAuthorities(source)) {
        append(podSpec, "volumes",
               {{"name", kAuthoritiesVolume}, {"configMap", {{"name", source.caConfigMap}}}});
    }
    for (json& container : podSpec["containers"]) {
        if (textAt(container, "name") != spec.runtime.container) continue;
        append(container, "volumeMounts", modelMount(source, true));
    }
}

void checkRoomForSource(const Field& podSpec, const Spec& spec) {
    checkNames(podSpec.at("containers"), kFetchContainer, "init container");
    checkNames(podSpec.at("initContainers"), kFetchContainer, "init container");
    checkNames(podSpec.at("volumes"), kModelVolume, "volume");
    checkNames(podSpec.at("volumes"), kAuthoritiesVolume, "volume");
    checkNames(podSpec.at("volumes"), kPublicKeyVolume, "volume");
    checkNames(podSpec.at("volumes"), kIdentityVolume, "volume");
    for (const Field& container : podSpec.at("containers").elements()) {
        if (textAt(container.value(), "name") != spec.runtime.container) continue;
        for (const Field& mount : container.at("volumeMounts").elements()) {
            if (textAt(mount.value(), "mountPath") != spec.source->mountPath) continue;
            mount.at("mountPath")
                .problem(cat("is \"", spec.source->mountPath,
                             "\", where the model of spec.model.source is mounted; choose another path, or "
                             "state spec.model.source.mountPath"));
        }
    }
}

}  // namespace serin::api
