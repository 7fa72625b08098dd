#include "kube/resource.h"

#include "base/percent.h"
#include "base/text.h"

namespace serin::kube {

std::string Resource::apiVersion() const {
    return group.empty() ? version : cat(group, '/', version);
}

std::string Resource::collectionPath(std::string_view space) const {
    std::string path = group.empty() ? cat("/api/", version) : cat("/apis/", group, '/', version);
    if (!space.empty()) path += cat("/namespaces/", percentEncode(space));
    return cat(path, '/', plural);
}

std::string Resource::objectPath(std::string_view space, std::string_view name,
                                 std::string_view subresource) const {
    std::string path = cat(collectionPath(space), '/', percentEncode(name));
    if (!subresource.empty()) path += cat('/', subresource);
    return path;
}

const Resource& modelDeployments() {
    static const Resource resource{"serin.dev", "v1alpha1", "modeldeployments", "ModelDeployment"};
    return resource;
}

const Resource& replicaSets() {
    static const Resource resource{"apps", "v1", "replicasets", "ReplicaSet"};
    return resource;
}

const Resource& services() {
    static const Resource resource{"", "v1", "services", "Service"};
    return resource;
}

const Resource& endpointSlices() {
    static const Resource resource{"discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"};
    return resource;
}

const Resource& pods() {
    static const Resource resource{"", "v1", "pods", "Pod"};
    return resource;
}

const Resource& configMaps() {
    static const Resource resource{"", "v1", "configmaps", "ConfigMap"};
    return resource;
}

const Resource& secrets() {
    static const Resource resource{"", "v1", "secrets", "Secret"};
    return resource;
}

const Resource& serviceAccounts() {
    static const Resource resource{"", "v1", "serviceaccounts", "ServiceAccount"};
    return resource;
}

const Resource& leases() {
    static const Resource resource{"coordination.k8s.io", "v1", "leases", "Lease"};
    return resource;
}

const Resource& events() {
    static const Resource resource{"events.k8s.io", "v1", "events", "Event"};
    return resource;
}

const Resource& tokenReviews() {
    static const Resource resource{"authentication.k8s.io", "v1", "tokenreviews", "TokenReview"};
    return resource;
}

const Resource& subjectAccessReviews() {
    static const Resource resource{"authorization.k8s.io", "v1", "subjectaccessreviews",
                                   "SubjectAccessReview"};
    return resource;
}

}  // namespace serin::kube
