#include "apply/requests.h"

#include <nlohmann/json.hpp>

#include "api/codec.h"
#include "api/names.h"
#include "base/text.h"
#include "kube/object.h"
#include "kube/resource.h"

namespace serin::apply {
namespace {

// Few pods tell why none gets ready; a revision with thousands is not read whole.
constexpr int kDiagnosedPods = 50;

template <typename... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

const kube::Resource& resourceOf(const api::Intent& intent) {
    return std::visit(
        Overloaded{
            [](const api::CreateReplicaSet&) -> const kube::Resource& { return kube::replicaSets(); },
            [](const api::ScaleReplicaSet&) -> const kube::Resource& { return kube::replicaSets(); },
            [](const api::DeleteReplicaSet&) -> const kube::Resource& { return kube::replicaSets(); },
            [](const api::CreateService&) -> const kube::Resource& { return kube::services(); },
            [](const api::RouteService&) -> const kube::Resource& { return kube::services(); },
            [](const api::DeleteService&) -> const kube::Resource& { return kube::services(); },
            [](const api::DeletePod&) -> const kube::Resource& { return kube::pods(); },
            [](const api::DiagnosePods&) -> const kube::Resource& { return kube::pods(); },
        },
        intent);
}

std::string scaleBody(const api::ScaleReplicaSet& scale) {
    return kube::dumpJson({{"metadata", {{"uid", scale.uid}, {"resourceVersion", scale.resourceVersion}}},
                           {"spec", {{"replicas", scale.replicas}}}});
}

}  // namespace

Subject subjectOf(const api::ModelDeployment& object, const api::Intent& intent) {
    const std::string name = std::visit(
        Overloaded{
            [&](const api::CreateReplicaSet& i) { return api::childName(object.meta.name, i.revision); },
            [&](const api::DiagnosePods& i) { return api::childName(object.meta.name, i.revision); },
            [](const auto& i) { return i.name; },
        },
        intent);
    return {resourceOf(intent).kind, name};
}

std::string describe(const api::ModelDeployment& object, const api::Intent& intent) {
    const Subject subject = subjectOf(object, intent);
    const std::string what = cat(subject.kind, ' ', subject.name);
    const auto whom = [](const std::string& revision) {
        return revision.empty() ? "every revision" : revision;
    };
    return std::visit(
        Overloaded{
            [&](const api::CreateReplicaSet& i) {
                return cat("create ", what, " with ", i.replicas, " pods");
            },
            [&](const api::ScaleReplicaSet& i) { return cat("scale ", what, " to ", i.replicas); },
            [&](const api::DeleteReplicaSet&) { return cat("delete ", what); },
            [&](const api::CreateService& i) { return cat("create ", what, " for ", whom(i.revision)); },
            [&](const api::RouteService& i) { return cat("point ", what, " at ", whom(i.revision)); },
            [&](const api::DeleteService&) { return cat("delete ", what); },
            [&](const api::DeletePod&) { return cat("delete ", what); },
            [&](const api::DiagnosePods&) { return cat("read the pods of ReplicaSet ", subject.name); },
        },
        intent);
}

bool isCreation(const api::Intent& intent) {
    return std::holds_alternative<api::CreateReplicaSet>(intent) ||
           std::holds_alternative<api::CreateService>(intent);
}

bool isDeletion(const api::Intent& intent) {
    return std::holds_alternative<api::DeleteReplicaSet>(intent) ||
           std::holds_alternative<api::DeleteService>(intent) ||
           std::holds_alternative<api::DeletePod>(intent);
}

HttpRequest requestFor(const api::ModelDeployment& object, const api::Intent& intent,
                       const kube::RequestBuilder& requests, const Bodies& bodies) {
    const std::string& space = object.meta.ns;
    const kube::Resource& resource = resourceOf(intent);
    const kube::CreateOptions strict{.strict = true, .dryRun = false};
    return std::visit(
        Overloaded{
            [&](const api::CreateReplicaSet& i) {
                const bool git =
                    object.spec.source && object.spec.source->reference.store == api::StoreKind::Git;
                const std::string& image = git ? bodies.fetchGitImage : bodies.fetchImage;
                return requests.create(resource, space, api::replicaSetBody(object, i.replicas, image),
                                       strict);
            },
            [&](const api::CreateService& i) {
                return requests.create(resource, space, bodies.createService(object, i), strict);
            },
            [&](const api::ScaleReplicaSet& i) {
                return requests.mergePatch(resource, space, i.name, scaleBody(i));
            },
            [&](const api::RouteService& i) {
                if (i.ports.empty())
                    return requests.mergePatch(resource, space, i.name, bodies.routeService(object, i));
                api::ModelDeployment routed = object;
                routed.spec.ports = i.ports;
                return requests.mergePatch(resource, space, i.name, bodies.routeService(routed, i));
            },
            [&](const api::DeleteReplicaSet& i) {
                return requests.del(resource, space, i.name, {i.uid, i.resourceVersion});
            },
            [&](const api::DeleteService& i) {
                return requests.del(resource, space, i.name, {i.uid, i.resourceVersion});
            },
            [&](const api::DeletePod& i) {
                return requests.del(resource, space, i.name, {i.uid, ""});
            },
            [&](const api::DiagnosePods& i) {
                const std::string selector = cat(api::kModelDeploymentLabel, '=', object.meta.name, ',',
                                                 api::kRevisionLabel, '=', i.revision);
                return requests.list(resource, space, {selector, kDiagnosedPods, ""});
            },
        },
        intent);
}

HttpRequest readExisting(const api::ModelDeployment& object, const api::Intent& intent,
                         const kube::RequestBuilder& requests) {
    return requests.get(resourceOf(intent), object.meta.ns, subjectOf(object, intent).name);
}

}  // namespace serin::apply
