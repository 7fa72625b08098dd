#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "kube/resource.h"

namespace serin::fake {

enum class Kind { ModelDeployment, ReplicaSet, Service, EndpointSlice, Pod, Lease, Event, Namespace };
inline constexpr size_t kKinds = 8;

inline constexpr std::array<Kind, kKinds> kAllKinds{Kind::ModelDeployment, Kind::ReplicaSet, Kind::Service,
                                                    Kind::EndpointSlice,   Kind::Pod,        Kind::Lease,
                                                    Kind::Event,           Kind::Namespace};

// How the API server treats a kind.
struct KindFacts {
    Kind kind{};
    kube::Resource resource;
    bool namespaced = true;
    bool status = false;          // has the status subresource
    bool generation = false;      // counts changes of the spec
    bool custom = false;          // by a CustomResourceDefinition
    bool unconditional = true;    // PUT without resourceVersion is accepted
    bool createOnUpdate = false;  // PUT of what does not exist creates it
    bool tracksOwners = false;    // field ownership is kept, so that apply works
    bool answersObject = false;   // DELETE answers the object itself, not a Status
    size_t longestName = 253;
    bool dnsLabel = false;  // the name is one DNS label
};

const KindFacts& factsOf(Kind kind);
// "serin.dev/v1alpha1" and "modeldeployments" to the kind.
std::optional<Kind> kindOf(std::string_view group, std::string_view version, std::string_view plural);
// "replicasets.apps", or "pods" in the core group, as error messages have it.
std::string qualifiedResource(Kind kind);
// "ReplicaSet.apps", or "Pod".
std::string qualifiedKind(Kind kind);

constexpr size_t indexOf(Kind kind) {
    return static_cast<size_t>(kind);
}

}  // namespace serin::fake
