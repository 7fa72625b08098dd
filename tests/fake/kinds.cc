#include "kinds.h"

#include <algorithm>

#include "base/text.h"

namespace serin::fake {
namespace {

const kube::Resource kNamespaces{"", "v1", "namespaces", "Namespace"};

// From the strategies of Kubernetes' registry (AllowUnconditionalUpdate, AllowCreateOnUpdate and so on).
std::array<KindFacts, kKinds> makeFacts() {
    return {{
        {.kind = Kind::ModelDeployment,
         .resource = kube::modelDeployments(),
         .status = true,
         .generation = true,
         .custom = true,
         .unconditional = false,
         .tracksOwners = true},
        {.kind = Kind::ReplicaSet,
         .resource = kube::replicaSets(),
         .status = true,
         .generation = true,
         .tracksOwners = true},
        {.kind = Kind::Service,
         .resource = kube::services(),
         .status = true,
         .createOnUpdate = true,
         .tracksOwners = true,
         .answersObject = true,
         .longestName = 63,
         .dnsLabel = true},
        {.kind = Kind::EndpointSlice, .resource = kube::endpointSlices(), .generation = true},
        {.kind = Kind::Pod,
         .resource = kube::pods(),
         .status = true,
         .generation = true,
         .answersObject = true},
        {.kind = Kind::Lease, .resource = kube::leases(), .unconditional = false, .createOnUpdate = true},
        {.kind = Kind::Event, .resource = kube::events(), .createOnUpdate = true},
        {.kind = Kind::Namespace,
         .resource = kNamespaces,
         .namespaced = false,
         .status = true,
         .answersObject = true,
         .longestName = 63,
         .dnsLabel = true},
    }};
}

const std::array<KindFacts, kKinds>& allFacts() {
    static const std::array<KindFacts, kKinds> facts = makeFacts();
    return facts;
}

}  // namespace

const KindFacts& factsOf(Kind kind) {
    return allFacts()[indexOf(kind)];
}

std::optional<Kind> kindOf(std::string_view group, std::string_view version, std::string_view plural) {
    const auto& facts = allFacts();
    const auto found = std::find_if(facts.begin(), facts.end(), [&](const KindFacts& f) {
        return f.resource.plural == plural && f.resource.group == group && f.resource.version == version;
    });
    if (found == facts.end()) return std::nullopt;
    return found->kind;
}

std::string qualifiedResource(Kind kind) {
    const kube::Resource& resource = factsOf(kind).resource;
    return resource.group.empty() ? resource.plural : cat(resource.plural, '.', resource.group);
}

std::string qualifiedKind(Kind kind) {
    const kube::Resource& resource = factsOf(kind).resource;
    return resource.group.empty() ? resource.kind : cat(resource.kind, '.', resource.group);
}

}  // namespace serin::fake
