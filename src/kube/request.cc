#include "kube/request.h"

#include <utility>
#include <vector>

#include "base/percent.h"
#include "base/text.h"
#include "kube/object.h"

namespace serin::kube {
namespace {

// The parameter is alpha in Kubernetes 1.37 (KEP-5958); servers without it serve plain JSON.
constexpr const char* kAccept = "application/json;drop=metadata.managedFields,application/json";

std::string withQuery(const std::string& path,
                      const std::vector<std::pair<std::string, std::string>>& query) {
    std::string out = path;
    char separator = '?';
    for (const auto& [key, value] : query) {
        if (value.empty()) continue;
        out += cat(separator, key, '=', percentEncode(value));
        separator = '&';
    }
    return out;
}

const char* name(Propagation propagation) {
    switch (propagation) {
        case Propagation::Background:
            return "Background";
        case Propagation::Foreground:
            return "Foreground";
        case Propagation::Orphan:
            return "Orphan";
    }
    return "Background";
}

}  // namespace

RequestBuilder::RequestBuilder(std::string userAgent, std::string fieldManager)
    : userAgent_(std::move(userAgent)), fieldManager_(std::move(fieldManager)) {}

HttpRequest RequestBuilder::base(std::string method, std::string target) const {
    HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers["accept"] = kAccept;
    request.headers["user-agent"] = userAgent_;
    return request;
}

HttpRequest RequestBuilder::write(std::string method, std::string target, std::string contentType,
                                  std::string body) const {
    HttpRequest request = base(std::move(method), std::move(target));
    request.headers["content-type"] = std::move(contentType);
    request.body = std::move(body);
    return request;
}

HttpRequest RequestBuilder::list(const Resource& resource, std::string_view space,
                                 const ListOptions& options) const {
    const std::string limit = options.limit > 0 ? std::to_string(options.limit) : "";
    // Servers limit such requests to 60 s themselves.
    HttpRequest request =
        base("GET", withQuery(resource.collectionPath(space), {{"limit", limit},
                                                               {"continue", options.continueToken},
                                                               {"labelSelector", options.labelSelector}}));
    request.timeout = std::chrono::seconds(65);
    return request;
}

HttpRequest RequestBuilder::watch(const Resource& resource, std::string_view space,
                                  const WatchOptions& options) const {
    HttpRequest request =
        base("GET", withQuery(resource.collectionPath(space),
                              {{"watch", "1"},
                               {"allowWatchBookmarks", "true"},
                               {"sendInitialEvents", options.sendInitialEvents ? "true" : ""},
                               {"resourceVersionMatch", options.sendInitialEvents ? "NotOlderThan" : ""},
                               {"resourceVersion", options.resourceVersion},
                               {"timeoutSeconds", std::to_string(options.serverTimeout.count())},
                               {"labelSelector", options.labelSelector}}));
    request.timeout = options.serverTimeout + std::chrono::seconds(5);
    if (options.sendInitialEvents) request.tick = std::chrono::seconds(2);
    return request;
}

HttpRequest RequestBuilder::get(const Resource& resource, std::string_view space,
                                std::string_view name) const {
    return base("GET", resource.objectPath(space, name));
}

HttpRequest RequestBuilder::create(const Resource& resource, std::string_view space, std::string body,
                                   const CreateOptions& options) const {
    return write(
        "POST",
        withQuery(resource.collectionPath(space), {{"fieldManager", fieldManager_},
                                                   {"fieldValidation", options.strict ? "Strict" : ""},
                                                   {"dryRun", options.dryRun ? "All" : ""}}),
        "application/json", std::move(body));
}

HttpRequest RequestBuilder::createOf(const Resource& resource, std::string_view space,
                                     std::string_view objectName, std::string_view subresource,
                                     std::string body) const {
    return write(
        "POST",
        withQuery(resource.objectPath(space, objectName, subresource), {{"fieldManager", fieldManager_}}),
        "application/json", std::move(body));
}

HttpRequest RequestBuilder::apply(const Resource& resource, std::string_view space, std::string_view name,
                                  std::string body) const {
    return write(
        "PATCH",
        withQuery(resource.objectPath(space, name), {{"fieldManager", fieldManager_}, {"force", "true"}}),
        "application/apply-patch+yaml", std::move(body));
}

HttpRequest RequestBuilder::applyStatus(const Resource& resource, std::string_view space,
                                        std::string_view name, std::string body) const {
    return write("PATCH",
                 withQuery(resource.objectPath(space, name, "status"),
                           {{"fieldManager", fieldManager_ + "-status"}, {"force", "true"}}),
                 "application/apply-patch+yaml", std::move(body));
}

HttpRequest RequestBuilder::mergePatch(const Resource& resource, std::string_view space,
                                       std::string_view name, std::string body) const {
    return write("PATCH", withQuery(resource.objectPath(space, name), {{"fieldManager", fieldManager_}}),
                 "application/merge-patch+json", std::move(body));
}

HttpRequest RequestBuilder::replace(const Resource& resource, std::string_view space, std::string_view name,
                                    std::string body) const {
    return write("PUT", withQuery(resource.objectPath(space, name), {{"fieldManager", fieldManager_}}),
                 "application/json", std::move(body));
}

HttpRequest RequestBuilder::del(const Resource& resource, std::string_view space, std::string_view objectName,
                                const Preconditions& preconditions, Propagation propagation) const {
    nlohmann::json options = {
        {"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"propagationPolicy", name(propagation)}};
    if (!preconditions.uid.empty()) options["preconditions"]["uid"] = preconditions.uid;
    if (!preconditions.resourceVersion.empty()) {
        options["preconditions"]["resourceVersion"] = preconditions.resourceVersion;
    }
    return write("DELETE", resource.objectPath(space, objectName), "application/json", dumpJson(options));
}

std::string userAgent(std::string_view version, std::string_view podName) {
    return cat("serin-operator/", version, " (", podName, ")");
}

}  // namespace serin::kube
