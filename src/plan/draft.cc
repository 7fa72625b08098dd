#include "plan/draft.h"

#include <algorithm>

#include "api/names.h"
#include "base/text.h"

namespace serin::plan {

using api::Phase;

namespace {

constexpr size_t kLongestNote = 1000;

}  // namespace

Draft::Draft(const api::Observed& observed) : seen(observed), next(observed.object.status) {}

bool Draft::live() const {
    if (!next.rollout) return false;
    const Phase phase = next.rollout->phase;
    return phase != Phase::RolledBack && phase != Phase::Withdrawn && phase != Phase::Aborted;
}

const api::ReplicaSet* Draft::replicaSet(const std::string& revision) const {
    for (const api::ReplicaSet& set : seen.replicaSets) {
        if (set.revision == revision && set.meta.ownerUid == seen.object.meta.uid && !set.meta.deleting) {
            return &set;
        }
    }
    return nullptr;
}

const api::Service* Draft::service(const std::string& name) const {
    for (const api::Service& service : seen.services) {
        if (service.meta.name == name && service.meta.ownerUid == seen.object.meta.uid &&
            !service.meta.deleting) {
            return &service;
        }
    }
    return nullptr;
}

const api::VersionEndpoints& Draft::endpoints(const std::string& revision) const {
    static const api::VersionEndpoints none;
    const auto found = seen.split.versions.find(revision);
    return found == seen.split.versions.end() ? none : found->second;
}

const api::Refusal* Draft::refusal(const std::string& kind, const std::string& name) const {
    for (const api::Refusal& refusal : seen.refusals) {
        if (refusal.kind == kind && refusal.name == name) return &refusal;
    }
    return nullptr;
}

void Draft::wake(Timestamp time) {
    if (!plan.wakeAt || time < *plan.wakeAt) plan.wakeAt = time;
}

void Draft::act(api::Intent intent, std::string why) {
    plan.actions.push_back({std::move(intent), std::move(why)});
}

void Draft::event(bool warning, const std::string& reason, std::string note) {
    if (note.size() > kLongestNote) {
        size_t end = kLongestNote;
        while (end > 0 && (static_cast<unsigned char>(note[end]) & 0xC0) == 0x80)
            --end;  // not within a character
        note.resize(end);
    }
    plan.events.push_back({warning, reason, reason, std::move(note)});
}

void Draft::ensureReplicas(const std::string& revision, int replicas, const std::string& why) {
    if (const api::ReplicaSet* set = replicaSet(revision)) {
        if (set->replicas != replicas) {
            act(api::ScaleReplicaSet{set->meta.name, set->meta.uid, set->meta.resourceVersion, replicas},
                why);
        }
        return;
    }
    if (revision != spec().revision || !spec().usable()) return;
    const std::string name = api::childName(seen.object.meta.name, revision);
    if (const api::Refusal* refused = refusal("ReplicaSet", name);
        refused && now() < refused->at + kRefusalRetry) {
        wake(refused->at + kRefusalRetry);
        return;
    }
    act(api::CreateReplicaSet{revision, replicas}, why);
}

bool Draft::creating(const std::string& service) const {
    return std::ranges::any_of(plan.actions, [&](const api::Action& action) {
        const auto* creation = std::get_if<api::CreateService>(&action.intent);
        return creation && creation->name == service;
    });
}

void Draft::ensureRevisionService(const std::string& revision) {
    ensureService(api::childName(seen.object.meta.name, revision), revision,
                  "the endpoints of this revision have to be known");
}

void Draft::ensureMainService(const std::string& initial) {
    ensureService(seen.object.meta.name, initial, "clients reach the model through this Service");
}

void Draft::ensureService(const std::string& name, const std::string& revision, const char* why) {
    if (service(name) || creating(name)) return;
    if (const api::Refusal* refused = refusal("Service", name);
        refused && now() < refused->at + kRefusalRetry) {
        wake(refused->at + kRefusalRetry);
        return;
    }
    act(api::CreateService{name, revision, name == seen.object.meta.name}, why);
}

void Draft::route(const std::string& revision, const std::string& why, bool first,
                  std::map<std::string, std::string> annotations) {
    const api::Service* main = mainService();
    if (!main) return;
    auto& list = first ? plan.actionsFirst : plan.actions;
    list.push_back({api::RouteService{main->meta.name, main->meta.uid, main->meta.resourceVersion, revision,
                                      std::move(annotations), portsFor(*main, revision)},
                    why});
}

// A port leads to pods by its name, so one that the pods behind the route do not have would lead nowhere. The
// spec's own revision has the spec's names; an older one has those that its own Service was made with. Of a
// wide route the stable version counts.
std::vector<api::ServicePort> Draft::portsFor(const api::Service& main, const std::string& revision) const {
    const std::string behind = revision.empty() ? stable() : revision;
    const bool usable = spec().usable();
    const api::Service* own = service(api::childName(seen.object.meta.name, behind));
    if (usable && (behind == spec().revision || !own)) return spec().ports;
    if (!own) return main.ports;
    const auto known = [&](const std::vector<api::ServicePort>& ports) {
        return std::ranges::all_of(ports, [&](const api::ServicePort& port) {
            return std::ranges::find(own->ports, port.name, &api::ServicePort::name) != own->ports.end();
        });
    };
    if (usable && known(spec().ports)) return spec().ports;
    return known(main.ports) ? main.ports : own->ports;
}

void Draft::ensurePorts() {
    const api::Service* main = mainService();
    if (!main || !spec().usable()) return;
    const auto sameDoor = [](const api::ServicePort& a, const api::ServicePort& b) {
        return a.name == b.name && a.port == b.port;
    };
    if (std::ranges::equal(main->ports, spec().ports, sameDoor)) return;
    if (std::ranges::equal(main->ports, portsFor(*main, seen.split.revision), sameDoor)) return;
    if (!routing()) route(seen.split.revision, "the Service's ports changed");
}

bool Draft::routing() const {
    const auto routes = [](const api::Action& action) {
        return std::holds_alternative<api::RouteService>(action.intent);
    };
    return std::ranges::any_of(plan.actions, routes) || std::ranges::any_of(plan.actionsFirst, routes);
}

}  // namespace serin::plan
