#include "scene.h"

#include <algorithm>
#include <utility>

#include "api/codec.h"
#include "api/names.h"
#include "base/text.h"
#include "plan/plan.h"
#include "plan/reporting.h"

namespace serin::scenarios {
namespace {

template <typename... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

// What the planner wants judged as long as nothing was judged; a deadline that decides at once is kept from
// it.
api::JudgeOrder orderNow(api::Observed seen) {
    seen.object.spec.analysis.onInconclusive = api::OnInconclusive::Pause;
    return plan::plan(seen).order;
}

}  // namespace

api::Meta Scene::metaOf(const std::string& name, const std::string& owner) const {
    api::Meta meta;
    meta.name = name;
    meta.ns = "ml";
    meta.uid = "uid-of-" + name;
    meta.resourceVersion = "11";
    meta.ownerUid = owner;
    return meta;
}

void Scene::addVersion(api::Observed& seen, const std::string& revision, const Version& version) const {
    if (version.hasReplicaSet) {
        api::ReplicaSet set;
        set.meta = metaOf(api::childName("fraud", revision), version.owner);
        set.meta.deleting = version.deleting;
        set.meta.createdAt = version.createdAt;
        set.revision = revision;
        set.version = version.label;
        set.modelId = "registry.example/fraud:" + version.label;
        set.replicas = version.wanted;
        set.statusReplicas = version.pods;
        set.ready = version.ready;
        set.failure = version.failure;
        seen.replicaSets.push_back(set);
    }
    api::VersionEndpoints& endpoints = seen.split.versions[revision];
    if (version.hasService) {
        api::Service service;
        service.meta = metaOf(api::childName("fraud", revision), version.owner);
        service.revision = revision;
        service.selector[api::kRevisionLabel] = revision;
        service.ports = object_.spec.ports;
        seen.services.push_back(service);
        const int count = version.endpoints.value_or(version.pods);
        for (int i = 0; i < count; ++i) {
            const std::string pod = cat("fraud-", revision, "-", i);
            endpoints.endpoints.push_back({pod, pod, "198.18.0.1", i < version.ready});
            if (version.model) seen.modelAnswers[pod] = *version.model;
        }
        endpoints.ready = std::min(count, version.ready);
    }
    const bool selected = seen.split.exists && (seen.split.wide() || seen.split.revision == revision);
    endpoints.reachable = version.reachable.value_or(selected ? version.pods : 0);
    endpoints.reachableReady = std::min(endpoints.reachable, version.ready);
}

api::Observed Scene::observe() const {
    api::Observed seen;
    seen.at = at_;
    seen.object = object_;
    if (main_ && main_->meta.ownerUid == object_.meta.uid && !main_->meta.deleting) {
        const auto selected = main_->selector.find(api::kRevisionLabel);
        seen.split.exists = true;
        seen.split.revision = selected == main_->selector.end() ? "" : selected->second;
    }
    if (main_) seen.services.push_back(*main_);
    for (const auto& [revision, version] : versions_) addVersion(seen, revision, version);
    seen.refusals = refusals_;
    seen.diagnosis = diagnosis_;
    seen.drainDelay = drainDelay_;
    seen.source = look_;
    seen.report = told_;
    if (const auto order = plan::registryOrder(object_); order && told_ && told_->news.empty())
        seen.report->news = order->news;
    if (judgement_) {
        api::Judgement said = *judgement_;
        // Unless the scenario says otherwise it is about what the planner wants judged now.
        if (!orderGiven_) said.order = orderNow(seen);
        said.at = at_;
        seen.judgement = said;
    }
    return seen;
}

void Scene::record(const api::Plan& plan) {
    if (plan.status) object_.status = api::normalised(*plan.status);
    adoptSource();
}

void Scene::obey(const api::Plan& plan) {
    for (const api::Action& action : plan.actionsFirst) carryOut(action.intent);
    record(plan);
    for (const api::Action& action : plan.actions) carryOut(action.intent);
}

void Scene::carryOut(const api::Intent& intent) {
    const auto resize = [this](const std::string& revision, int replicas) {
        Version& version = versions_[revision];
        version.label = version.label.empty() ? object_.spec.model.version : version.label;
        version.hasReplicaSet = true;
        version.wanted = version.pods = replicas;
        version.ready = version.broken ? 0 : replicas;
        version.endpoints.reset();
        version.reachable.reset();
    };
    const auto revisionIn = [](const std::string& name) { return name.substr(std::string("fraud-").size()); };
    std::visit(
        Overloaded{
            [&](const api::CreateReplicaSet& i) { resize(i.revision, i.replicas); },
            [&](const api::ScaleReplicaSet& i) { resize(revisionIn(i.name), i.replicas); },
            [&](const api::DeleteReplicaSet& i) { versions_[revisionIn(i.name)].hasReplicaSet = false; },
            [&](const api::CreateService& i) {
                if (!i.main) {
                    versions_[i.revision].hasService = true;
                    return;
                }
                main_ = api::Service{metaOf(i.name, object_.meta.uid), "", {}, object_.spec.ports};
                main_->selector[api::kRevisionLabel] = i.revision;
            },
            [&](const api::RouteService& i) {
                main_->selector.clear();
                if (!i.revision.empty()) main_->selector[api::kRevisionLabel] = i.revision;
                main_->ports = object_.spec.ports;
                for (const auto& [key, value] : i.annotations) main_->meta.annotations[key] = value;
                for (auto& [revision, version] : versions_) version.reachable.reset();
            },
            [&](const api::DeleteService& i) { versions_[revisionIn(i.name)].hasService = false; },
            [](const api::DeletePod&) {},
            [&](const api::DiagnosePods& i) {
                diagnosis_ = api::Diagnosis{i.revision, "its pods wait", at_};
            },
        },
        intent);
}

}  // namespace serin::scenarios
