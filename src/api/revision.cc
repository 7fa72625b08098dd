#include "api/canonical_json.h"
#include "api/json_read.h"
#include "api/spec_codec.h"
#include "base/sha256.h"

namespace serin::api {

using nlohmann::json;

namespace {

// Stands for a target that nobody wrote: the runtime's own port of that name.
constexpr const char* kRuntimesPort = "runtime";
// What source.load means where nobody states it.
constexpr const char* kDefaultLoad = "Fetch";

// By name, since the pods carry one named port for each Service port. What clients use (`port`) is not part
// of a revision. No `service`, `port` and an entry http without a target mean the same and give the same.
json targetPorts(const json& spec) {
    json targets = json::object();
    const json& service = objectAt(spec, "service");
    for (const json& port : listAt(service, "ports")) {
        const json* target = find(port, "targetPort");
        targets[textAt(port, "name")] = target == nullptr ? json(kRuntimesPort) : *target;
    }
    if (targets.empty()) targets["http"] = kRuntimesPort;
    return targets;
}

}  // namespace

std::string revisionOf(const json& spec, const std::string& modelId) {
    json hashed = json::object();
    for (const char* part : {"model", "runtime", "template"}) {
        if (const json* written = find(spec, part)) hashed[part] = *written;
    }
    const auto runtime = hashed.find("runtime");
    if (runtime != hashed.end() && runtime->is_object()) runtime->erase("metrics");
    if (const auto model = hashed.find("model"); model != hashed.end() && model->is_object()) {
        const auto source = model->find("source");
        if (source != model->end() && source->is_object()) {
            for (const char* part : {"follow", "credentials", "ca", "report", "moveAlias"})
                source->erase(part);
            if (textAt(*source, "load") == kDefaultLoad) source->erase("load");
        }
    }
    if (!modelId.empty()) hashed["modelId"] = modelId;
    hashed["targetPorts"] = targetPorts(spec);
    return shortDigest(canonicalText(withoutEmpties(hashed)));
}

}  // namespace serin::api
