#include "strategy.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "metadata_check.h"

namespace serin::fake {
namespace {

std::string serviceAddress(std::uint64_t serial) {
    return cat("10.96.", (serial / 250) % 250, '.', serial % 250 + 2);
}

void prepareService(Json& object, std::uint64_t serial) {
    Json& spec = object["spec"];
    for (Json& port : spec["ports"]) {
        if (!port.contains("targetPort")) port["targetPort"] = at(port, "port");
    }
    if (textAt(spec, "type") == "ExternalName") return;
    if (textAt(spec, "clusterIP").empty()) spec["clusterIP"] = serviceAddress(serial);
    spec["clusterIPs"] = Json::array({spec["clusterIP"]});
    const bool anybody = spec["clusterIP"] == "None" && at(spec, "selector").empty();
    spec["ipFamilies"] = anybody ? Json::array({"IPv4", "IPv6"}) : Json::array({"IPv4"});
    spec["ipFamilyPolicy"] = anybody ? "RequireDualStack" : "SingleStack";
    object["status"] = {{"loadBalancer", Json::object()}};
}

void preparePullPolicy(Json& podSpec) {
    if (!podSpec.is_object() || !podSpec.contains("containers")) return;
    for (Json& container : podSpec["containers"]) {
        if (container.contains("imagePullPolicy")) continue;
        const std::string image = textAt(container, "image");
        const size_t colon = image.rfind(':');
        const bool tagged = colon != std::string::npos && image.find('/', colon) == std::string::npos;
        container["imagePullPolicy"] = tagged && image.substr(colon) != ":latest" ? "IfNotPresent" : "Always";
    }
}

void prepareReplicaSet(Json& object) {
    object["status"] = {{"replicas", 0}};
    if (object["spec"].contains("template")) preparePullPolicy(object["spec"]["template"]["spec"]);
}

void prepareEvent(Json& object) {
    for (const char* absent : {"deprecatedFirstTimestamp", "deprecatedLastTimestamp"}) {
        if (!object.contains(absent)) object[absent] = nullptr;
    }
    if (!object.contains("deprecatedSource")) object["deprecatedSource"] = Json::object();
}

bool hasLabels(const Json& labels, const Json& wanted) {
    bool all = true;
    for (const auto& [key, value] : wanted.items()) all = all && at(labels, key) == value;
    return all;
}

std::vector<Cause> validateReplicaSet(const Json& object) {
    std::vector<Cause> causes;
    const Json& spec = at(object, "spec");
    const Json& replicas = at(spec, "replicas");
    if (replicas.is_number() && replicas.get<std::int64_t>() < 0) {
        causes.push_back(invalidValue("spec.replicas", replicas, "must be greater than or equal to 0"));
    }
    const Json& selector = at(spec, "selector");
    const Json& labels = at(metadataOf(at(spec, "template")), "labels");
    if (!selector.is_object()) {
        causes.push_back(required("spec.selector"));
    } else if (at(selector, "matchLabels").empty() && at(selector, "matchExpressions").empty()) {
        causes.push_back(invalidValue("spec.selector", selector, "empty selector is invalid for deployment"));
    }
    if (!selector.is_object() || !hasLabels(labels, at(selector, "matchLabels"))) {
        causes.push_back(invalidValue("spec.template.metadata.labels", labels,
                                      "`selector` does not match template `labels`"));
    }
    const Json& containers = at(at(at(spec, "template"), "spec"), "containers");
    if (!containers.is_array() || containers.empty())
        causes.push_back(required("spec.template.spec.containers"));
    for (size_t i = 0; i < containers.size(); ++i) {
        if (textAt(containers[i], "name").empty())
            causes.push_back(required(cat("spec.template.spec.containers[", i, "].name")));
        if (textAt(containers[i], "image").empty())
            causes.push_back(required(cat("spec.template.spec.containers[", i, "].image")));
    }
    return causes;
}

std::vector<Cause> validateService(const Json& object) {
    const Json& spec = at(object, "spec");
    std::vector<Cause> causes;
    const Json& ports = at(spec, "ports");
    if (ports.empty() && textAt(spec, "clusterIP") != "None" && textAt(spec, "type") != "ExternalName")
        causes.push_back(required("spec.ports"));
    std::set<std::string> names;
    std::set<std::string> numbers;
    for (size_t i = 0; i < ports.size(); ++i) {
        const std::string field = cat("spec.ports[", i, ']');
        for (const char* key : {"port", "targetPort"}) {
            const Json& port = at(ports[i], key);
            if (port.is_number() && (port < 1 || port > 65535))
                causes.push_back(
                    invalidValue(cat(field, '.', key), port, "must be between 1 and 65535, inclusive"));
        }
        const std::string name = textAt(ports[i], "name");
        if (name.empty() && ports.size() > 1) causes.push_back(required(cat(field, ".name")));
        if (const std::string why = name.empty() ? "" : badLabel(name); !why.empty())
            causes.push_back(invalidValue(cat(field, ".name"), name, why));
        if (!name.empty() && !names.insert(name).second)
            causes.push_back(duplicate(cat(field, ".name"), name));
        const std::string number = cat(textAt(ports[i], "protocol"), dump(at(ports[i], "port")));
        if (!numbers.insert(number).second) causes.push_back(duplicate(field, ports[i]));
    }
    return causes;
}

std::vector<Cause> validateLease(const Json& object) {
    std::vector<Cause> causes;
    const Json& spec = at(object, "spec");
    const Json& duration = at(spec, "leaseDurationSeconds");
    if (duration.is_number() && duration.get<std::int64_t>() <= 0)
        causes.push_back(invalidValue("spec.leaseDurationSeconds", duration, "must be greater than 0"));
    const Json& transitions = at(spec, "leaseTransitions");
    if (transitions.is_number() && transitions.get<std::int64_t>() < 0) {
        causes.push_back(
            invalidValue("spec.leaseTransitions", transitions, "must be greater than or equal to 0"));
    }
    return causes;
}

std::vector<Cause> validateEvent(const Json& object) {
    std::vector<Cause> causes;
    for (const char* key : {"eventTime", "reportingController", "reportingInstance", "action", "reason"}) {
        const std::string value = textAt(object, key);
        if (value.empty()) causes.push_back(required(key));
        if (value.size() > 128) causes.push_back(invalidValue(key, "", "can have at most 128 characters"));
    }
    const std::string controller = textAt(object, "reportingController");
    if (controller.empty())
        causes.push_back(invalidValue("reportingController", "", "name part must be non-empty"));
    if (const std::string why = badQualifiedName(controller); !why.empty())
        causes.push_back(invalidValue("reportingController", controller, why));
    if (textAt(object, "note").size() > 1024)
        causes.push_back(invalidValue("message", "", "can have at most 1024 characters"));
    const std::string type = textAt(object, "type");
    if (type != "Normal" && type != "Warning")
        causes.push_back(invalidValue("type", type, "has invalid value: " + type));
    return causes;
}

std::vector<Cause> validateEndpointSlice(const Json& object) {
    if (textAt(object, "addressType").empty()) return {required("addressType")};
    return {};
}

// The scale subresource checks the replicas once more, under a path of its own.
std::vector<Cause> validateScale(const Json& object) {
    const Json& replicas = at(at(object, "spec"), "replicas");
    if (replicas.is_null() || (replicas.is_number_integer() && replicas >= 0)) return {};
    return {invalidValue(".spec.replicas", replicas, "must be a non-negative integer")};
}

std::vector<Cause> validateSpec(Kind kind, const Json& object) {
    switch (kind) {
        case Kind::ReplicaSet:
            return validateReplicaSet(object);
        case Kind::Service:
            return validateService(object);
        case Kind::Lease:
            return validateLease(object);
        case Kind::Event:
            return validateEvent(object);
        case Kind::EndpointSlice:
            return validateEndpointSlice(object);
        case Kind::ModelDeployment:
            return validateScale(object);
        case Kind::Pod:
        case Kind::Namespace:
            break;
    }
    return {};
}

void expectSame(const Json& next, const Json& before, const std::string& field, std::vector<Cause>& causes) {
    const Json* left = &next;
    const Json* right = &before;
    for (const std::string& key : split(field, '.')) {
        left = &at(*left, key);
        right = &at(*right, key);
    }
    if (*left != *right) causes.push_back(invalidValue(field, *left, "field is immutable"));
}

// All members but metadata and status.
bool sameSpecification(const Json& left, const Json& right) {
    const auto counts = [](const std::string& key) { return key != "metadata" && key != "status"; };
    const auto within = [&](const Json& all, const Json& other) {
        for (const auto& [key, value] : all.items()) {
            if (counts(key) && at(other, key) != value) return false;
        }
        return true;
    };
    return within(left, right) && within(right, left);
}

void keepMember(Json& next, const Json& before, const char* key) {
    if (const Json& kept = at(before, key); kept.is_null()) {
        next.erase(key);
    } else {
        next[key] = kept;
    }
}

}  // namespace

void prepareCreate(Kind kind, Json& object, std::uint64_t serial) {
    const KindFacts& facts = factsOf(kind);
    if (facts.status) object.erase("status");
    if (facts.generation) object["metadata"]["generation"] = 1;
    switch (kind) {
        case Kind::ReplicaSet:
            prepareReplicaSet(object);
            break;
        case Kind::Service:
            prepareService(object, serial);
            break;
        case Kind::Pod:
            preparePullPolicy(object["spec"]);
            object["status"] = {{"phase", "Pending"}, {"qosClass", "BestEffort"}};
            break;
        case Kind::Namespace:
            object["spec"] = {{"finalizers", {"kubernetes"}}};
            object["status"] = {{"phase", "Active"}};
            object["metadata"]["labels"]["kubernetes.io/metadata.name"] = textAt(metadataOf(object), "name");
            break;
        case Kind::Event:
            prepareEvent(object);
            break;
        default:
            break;
    }
}

std::vector<Cause> validateCreate(Kind kind, const Json& object) {
    std::vector<Cause> causes = validateMetadata(kind, object);
    for (Cause& cause : validateSpec(kind, object)) causes.push_back(std::move(cause));
    return causes;
}

void prepareUpdate(Kind kind, Json& next, const Json& before, const std::string& subresource) {
    const KindFacts& facts = factsOf(kind);
    if (subresource == "status") {
        if (facts.custom) {
            Json status = at(next, "status");
            next = before;
            if (status.is_null()) {
                next.erase("status");
            } else {
                next["status"] = std::move(status);
            }
        } else {
            keepMember(next, before, "spec");
        }
        return;
    }
    if (facts.status) keepMember(next, before, "status");
    if (kind == Kind::ReplicaSet && at(next, "spec").contains("template"))
        preparePullPolicy(next["spec"]["template"]["spec"]);
    if (kind == Kind::Event) prepareEvent(next);
    if (kind == Kind::Namespace) keepMember(next, before, "spec");
    if (kind != Kind::Service) return;
    Json& spec = next["spec"];
    for (Json& port : spec["ports"]) {
        if (!port.contains("targetPort")) port["targetPort"] = at(port, "port");
    }
    for (const char* kept : {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"}) {
        if (!spec.contains(kept) && at(before, "spec").contains(kept)) spec[kept] = before["spec"][kept];
    }
}

std::vector<Cause> validateUpdate(Kind kind, const Json& next, const Json& before) {
    std::vector<Cause> causes = validateCreate(kind, next);
    if (kind == Kind::ReplicaSet) expectSame(next, before, "spec.selector", causes);
    if (kind == Kind::EndpointSlice) expectSame(next, before, "addressType", causes);
    if (kind == Kind::Service) {
        const Json& address = at(at(before, "spec"), "clusterIP");
        if (at(at(next, "spec"), "clusterIP") != address) {
            causes.push_back(invalidValue("spec.clusterIPs[0]", at(at(next, "spec"), "clusterIPs"),
                                          "may not change once set"));
        }
    }
    if (kind == Kind::Event) {
        // By the names of the core group's Events, and reason twice, as the API server has them.
        static const std::pair<const char*, const char*> fixed[]{
            {"regarding", "involvedObject"},
            {"reason", "reason"},
            {"note", "message"},
            {"reason", "reason"},
            {"type", "type"},
            {"eventTime", "eventTime"},
            {"action", "action"},
            {"reportingController", "reportingController"},
            {"reportingInstance", "reportingInstance"}};
        for (const auto& [field, told] : fixed) {
            if (at(next, field) != at(before, field))
                causes.push_back(invalidValue(told, at(next, field), "field is immutable"));
        }
    }
    return causes;
}

bool countsAsGeneration(Kind kind, const Json& next, const Json& before) {
    if (!factsOf(kind).generation) return false;
    if (factsOf(kind).custom || kind == Kind::EndpointSlice) return !sameSpecification(next, before);
    return at(next, "spec") != at(before, "spec");
}

}  // namespace serin::fake
