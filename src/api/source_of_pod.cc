#include "api/identity_json.h"
#include "api/json_read.h"
#include "api/names.h"
#include "api/object_names.h"
#include "api/source_pod.h"
#include "api/source_uri.h"
#include "base/text.h"

namespace serin::api {

using nlohmann::json;

namespace {

// The element of that name; null where there is none.
const json* named(const json& list, std::string_view name) {
    for (const json& element : list) {
        if (textAt(element, "name") == name) return &element;
    }
    return nullptr;
}

// A value as it was before Kubernetes' $(NAME) was kept from it.
std::string valueAt(const json& environment, std::string_view name) {
    const json* entry = named(environment, name);
    const std::string text = entry != nullptr ? textAt(*entry, "value") : "";
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        out += text[i];
        if (text.compare(i, 2, "$$") == 0) ++i;
    }
    return out;
}

std::vector<std::string> linesAt(const json& environment, std::string_view name) {
    const std::string text = valueAt(environment, name);
    return text.empty() ? std::vector<std::string>{} : split(text, '\n');
}

// Pods of earlier versions have all of it as their environment.
std::string secretOf(const json& container, const json& environment) {
    if (std::string name = valueAt(environment, "SERIN_SOURCE_CREDENTIALS"); !name.empty()) return name;
    for (const json& from : listAt(container, "envFrom")) {
        const std::string name = textAt(objectAt(from, "secretRef"), "name");
        if (!name.empty()) return name;
    }
    return "";
}

// Who may change a ReplicaSet can write what the API server never saw as a name, and names go into commands
// that a person is shown.
bool namesObjects(const ModelSource& source) {
    const bool secret = source.credentialsSecret.empty() || isObjectName(source.credentialsSecret);
    const bool authorities =
        source.caConfigMap.empty() || (isObjectName(source.caConfigMap) && isDataKey(source.caKey));
    return secret && authorities;
}

}  // namespace

std::shared_ptr<const ModelSource> sourceOf(const json& podSpec) {
    const json* container = named(listAt(podSpec, "initContainers"), kFetchContainer);
    if (container == nullptr) return nullptr;
    const json& environment = listAt(*container, "env");
    const Result<SourceReference> reference = parseSource(valueAt(environment, "SERIN_SOURCE_URI"));
    if (!reference) return nullptr;
    ModelSource out;
    out.reference = *reference;
    out.uri = sourceUri(*reference);
    out.endpoint = valueAt(environment, "SERIN_SOURCE_ENDPOINT");
    out.include = linesAt(environment, "SERIN_SOURCE_INCLUDE");
    out.exclude = linesAt(environment, "SERIN_SOURCE_EXCLUDE");
    out.sha256 = valueAt(environment, "SERIN_SOURCE_SHA256");
    out.credentialsSecret = secretOf(*container, environment);
    if (const std::string identity = valueAt(environment, kIdentityVariable); !identity.empty()) {
        const Result<WorkloadIdentity> read = readIdentity(identity);
        if (!read) return nullptr;
        out.identity = *read;
    }
    if (const json* volume = named(listAt(podSpec, "volumes"), kAuthoritiesVolume)) {
        const std::string path = valueAt(environment, "SERIN_SOURCE_CA");
        out.caConfigMap = textAt(objectAt(*volume, "configMap"), "name");
        out.caKey = path.substr(path.rfind('/') + 1);
    }
    if (!namesObjects(out)) return nullptr;
    return std::make_shared<const ModelSource>(std::move(out));
}

}  // namespace serin::api
