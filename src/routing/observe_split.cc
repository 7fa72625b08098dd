#include <algorithm>
#include <string_view>
#include <tuple>

#include "api/names.h"
#include "routing/routing.h"

namespace serin::routing {
namespace {

// Kubernetes cuts the base of a generated name here, so that five random characters fit into a DNS label.
constexpr size_t kLongestGeneratedBase = 58;

struct Owned {
    const api::ModelDeployment& object;
    std::vector<const api::Service*> services;
    std::vector<const api::ReplicaSet*> replicaSets;
};

Owned ownedBy(const api::ModelDeployment& object, const std::vector<api::ReplicaSet>& replicaSets,
              const std::vector<api::Service>& services) {
    const auto ours = [&](const api::Meta& meta) {
        return meta.ns == object.meta.ns && !object.meta.uid.empty() && meta.ownerUid == object.meta.uid;
    };
    Owned owned{object, {}, {}};
    for (const api::Service& service : services) {
        if (ours(service.meta)) owned.services.push_back(&service);
    }
    for (const api::ReplicaSet& replicaSet : replicaSets) {
        if (ours(replicaSet.meta) && !replicaSet.revision.empty()) owned.replicaSets.push_back(&replicaSet);
    }
    return owned;
}

// Whether the slice was made for this Service: one that names it but belongs to no Service, or to another (of
// the same name before), could send us to any address.
bool isOf(const api::EndpointSlice& slice, const api::Service& service) {
    return slice.meta.ns == service.meta.ns && slice.service == service.meta.name &&
           !service.meta.uid.empty() && slice.meta.ownerUid == service.meta.uid;
}

bool sameEndpoint(const api::Endpoint& a, const api::Endpoint& b) {
    return a.podUid.empty() ? a.address == b.address : a.podUid == b.podUid;
}

// Every endpoint once, by pod name: a pod stands in several slices when it has addresses of both families,
// when revisions have different port numbers, or while it moves from one slice to another.
std::vector<api::Endpoint> endpointsOf(const api::Service& service,
                                       const std::vector<api::EndpointSlice>& slices) {
    std::vector<api::Endpoint> endpoints;
    for (const api::EndpointSlice& slice : slices) {
        if (!isOf(slice, service)) continue;
        for (const api::Endpoint& endpoint : slice.endpoints) {
            const auto known =
                std::find_if(endpoints.begin(), endpoints.end(),
                             [&](const api::Endpoint& other) { return sameEndpoint(endpoint, other); });
            if (known == endpoints.end()) {
                endpoints.push_back(endpoint);
            } else {
                known->ready = known->ready || endpoint.ready;
            }
        }
    }
    std::sort(endpoints.begin(), endpoints.end(), [](const api::Endpoint& a, const api::Endpoint& b) {
        return std::tie(a.podName, a.podUid, a.address) < std::tie(b.podName, b.podUid, b.address);
    });
    return endpoints;
}

bool hasEndpoint(const api::VersionEndpoints& version, const api::Endpoint& endpoint) {
    return std::any_of(version.endpoints.begin(), version.endpoints.end(),
                       [&](const api::Endpoint& other) { return sameEndpoint(endpoint, other); });
}

// The revision in a pod's name when its ReplicaSet is gone already: "<object>-<revision>-<five characters>".
std::string revisionInName(std::string_view object, std::string_view podName) {
    const size_t start = object.size() + 1;
    if (podName.size() < start || podName.substr(0, start - 1) != object || podName[start - 1] != '-')
        return {};
    const size_t end = podName.find('-', start);
    return end == std::string_view::npos ? std::string() : std::string(podName.substr(start, end - start));
}

std::string revisionOf(const api::Endpoint& endpoint, const Owned& owned, const api::Split& split) {
    for (const auto& [revision, version] : split.versions) {
        if (hasEndpoint(version, endpoint)) return revision;
    }
    for (const api::ReplicaSet* replicaSet : owned.replicaSets) {
        const std::string base = (replicaSet->meta.name + "-").substr(0, kLongestGeneratedBase);
        if (endpoint.podName.starts_with(base)) return replicaSet->revision;
    }
    return revisionInName(owned.object.meta.name, endpoint.podName);
}

void addOwnEndpoints(const Owned& owned, const std::vector<api::EndpointSlice>& slices, api::Split& split) {
    for (const api::Service* service : owned.services) {
        if (service->revision.empty() ||
            service->meta.name != api::childName(owned.object.meta.name, service->revision)) {
            continue;
        }
        api::VersionEndpoints& version = split.versions[service->revision];
        version.endpoints = endpointsOf(*service, slices);
        version.ready =
            static_cast<int>(std::count_if(version.endpoints.begin(), version.endpoints.end(),
                                           [](const api::Endpoint& endpoint) { return endpoint.ready; }));
    }
}

}  // namespace

api::Split observeSplit(const api::ModelDeployment& object, const std::vector<api::ReplicaSet>& replicaSets,
                        const std::vector<api::Service>& services,
                        const std::vector<api::EndpointSlice>& slices) {
    const Owned owned = ownedBy(object, replicaSets, services);
    api::Split split;
    for (const api::ReplicaSet* replicaSet : owned.replicaSets) split.versions[replicaSet->revision];
    addOwnEndpoints(owned, slices, split);
    const auto main =
        std::find_if(owned.services.begin(), owned.services.end(),
                     [&](const api::Service* service) { return service->meta.name == object.meta.name; });
    if (main == owned.services.end()) return split;
    split.exists = true;
    const auto selected = (*main)->selector.find(api::kRevisionLabel);
    if (selected != (*main)->selector.end()) split.revision = selected->second;
    for (const api::Endpoint& endpoint : endpointsOf(**main, slices)) {
        const std::string revision = revisionOf(endpoint, owned, split);
        if (revision.empty()) continue;
        ++split.versions[revision].reachable;
        if (endpoint.ready) ++split.versions[revision].reachableReady;
    }
    return split;
}

}  // namespace serin::routing
