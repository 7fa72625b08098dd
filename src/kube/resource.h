#pragma once

#include <string>
#include <string_view>

namespace serin::kube {

// A kind as the API server's paths name it. `group` is empty for the core group.
struct Resource {
    std::string group;
    std::string version;
    std::string plural;
    std::string kind;

    // "apps/v1", or "v1" for the core group.
    std::string apiVersion() const;
    // The path of the collection: of one namespace, or of all when `space` is empty.
    std::string collectionPath(std::string_view space) const;
    // The path of one object. `subresource` is "" or, say, "status".
    std::string objectPath(std::string_view space, std::string_view name,
                           std::string_view subresource = {}) const;

    friend bool operator==(const Resource&, const Resource&) = default;
};

// The kinds Serin speaks of. The references live as long as the process.
const Resource& modelDeployments();      // serin.dev/v1alpha1
const Resource& replicaSets();           // apps/v1
const Resource& services();              // v1
const Resource& endpointSlices();        // discovery.k8s.io/v1
const Resource& pods();                  // v1
const Resource& configMaps();            // v1
const Resource& secrets();               // v1
const Resource& serviceAccounts();       // v1
const Resource& leases();                // coordination.k8s.io/v1
const Resource& events();                // events.k8s.io/v1
const Resource& tokenReviews();          // authentication.k8s.io/v1
const Resource& subjectAccessReviews();  // authorization.k8s.io/v1

}  // namespace serin::kube
