#include "kube/discovery.h"

#include <nlohmann/json.hpp>

#include <set>
#include <string>

#include "base/text.h"

namespace serin::kube {
namespace {

using Json = nlohmann::json;

constexpr const char* kAccept =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

std::string text(const Json& value, const char* key) {
    if (!value.is_object()) return "";
    const auto found = value.find(key);
    return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const Json& array(const Json& value, const char* key) {
    static const Json empty = Json::array();
    if (!value.is_object()) return empty;
    const auto found = value.find(key);
    return found != value.end() && found->is_array() ? *found : empty;
}

std::string name(std::string_view group, std::string_view version, std::string_view plural) {
    return cat(group, '/', version, ' ', plural);
}

}  // namespace

HttpRequest aggregatedDiscovery() {
    HttpRequest request;
    request.target = "/apis";
    request.headers["accept"] = kAccept;
    request.timeout = std::chrono::seconds(10);
    return request;
}

std::optional<std::vector<Resource>> missingFrom(std::string_view document,
                                                 const std::vector<Resource>& wanted) {
    const Json list = Json::parse(document, nullptr, false);
    if (text(list, "kind") != "APIGroupDiscoveryList") return std::nullopt;
    std::set<std::string> served;
    for (const Json& group : array(list, "items")) {
        const auto metadata = group.is_object() ? group.find("metadata") : group.end();
        const std::string groupName = metadata == group.end() ? "" : text(*metadata, "name");
        for (const Json& version : array(group, "versions")) {
            for (const Json& resource : array(version, "resources"))
                served.insert(name(groupName, text(version, "version"), text(resource, "resource")));
        }
    }
    std::vector<Resource> missing;
    for (const Resource& one : wanted) {
        if (!served.contains(name(one.group, one.version, one.plural))) missing.push_back(one);
    }
    return missing;
}

}  // namespace serin::kube
