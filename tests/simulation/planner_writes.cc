#include <algorithm>

#include "api/names.h"
#include "base/text.h"
#include "planner_process.h"

// How a PlannerProcess carries a plan out, as the applier does.
namespace serin::simulation {
namespace {

using std::chrono::milliseconds;

constexpr Duration kBetweenDiagnoses = std::chrono::seconds(10);

template <typename Object>
Object* byName(std::vector<Object>& objects, const std::string& name) {
    const auto found = std::ranges::find_if(objects, [&](const auto& o) { return o.meta.name == name; });
    return found == objects.end() ? nullptr : &*found;
}

template <typename Object, typename Intent>
bool stillSo(const Object* object, const Intent& intent) {
    return object && object->meta.uid == intent.uid && object->meta.resourceVersion == intent.resourceVersion;
}

}  // namespace

// A place where the process may die.
bool PlannerProcess::boundary() {
    if (!adversity_.crashAfter) return true;
    if ((*adversity_.crashAfter)-- > 0) return true;
    adversity_.crashAfter.reset();
    adversity_.feel(Kind::Crash);
    crash();
    return false;
}

bool PlannerProcess::carryOut(const api::Plan& plan) {
    bool clean = true;
    for (const api::Action& action : plan.actionsFirst) {
        if (!boundary()) return false;
        clean = perform(action) == Answer::Done;
        if (!boundary()) return false;
        if (!clean) break;
    }
    if (plan.status) {
        if (!boundary()) return false;
        const Answer answer = request([&] { return writeStatus(*plan.status); });
        if (!boundary()) return false;
        if (answer != Answer::Done) return false;
        memory_.statusWrittenAt = wall();
    }
    for (const api::Action& action : plan.actions) {
        if (!boundary()) return false;
        const Answer answer = perform(action);
        if (!boundary()) return false;
        if (answer != Answer::Done) return false;
    }
    return clean;
}

PlannerProcess::Answer PlannerProcess::request(const std::function<Answer()>& perform) {
    ++writes_;
    if (timeline_.now() < adversity_.partitionUntil) {
        adversity_.feel(Kind::Partition);
        return Answer::Failed;
    }
    if (timeline_.now() < adversity_.tooManyUntil) {
        adversity_.feel(Kind::TooManyRequests);
        return Answer::Failed;
    }
    if (adversity_.take(adversity_.serverErrors, Kind::ServerErrors)) return Answer::Failed;
    if (adversity_.take(adversity_.conflicts, Kind::Conflicts)) return Answer::Conflict;
    Answer answer = perform();
    if (adversity_.take(adversity_.replayed, Kind::Replayed)) answer = perform();
    if (adversity_.take(adversity_.lostResponses, Kind::LostResponse)) return Answer::Unknown;
    if (answer == Answer::Done) memory_.written = cluster_.version;
    return answer;
}

PlannerProcess::Answer PlannerProcess::writeStatus(const api::Status& status) {
    if (!cluster_.exists) return Answer::Conflict;
    if (meta().uid != cluster_.object.meta.uid ||
        meta().resourceVersion != cluster_.object.meta.resourceVersion)
        return Answer::Conflict;
    monitor_.statusWritten(status);
    cluster_.object.status = status;
    cluster_.object.meta.resourceVersion = std::to_string(cluster_.version + 1);
    cluster_.statusWritten();
    return Answer::Done;
}

PlannerProcess::Answer PlannerProcess::perform(const api::Action& action) {
    if (const auto* pods = std::get_if<api::DiagnosePods>(&action.intent)) {
        if (memory_.diagnosis && memory_.diagnosis->revision == pods->revision &&
            wall() >= memory_.diagnosis->at && wall() < memory_.diagnosis->at + kBetweenDiagnoses)
            return Answer::Done;
        memory_.diagnosis = api::Diagnosis{pods->revision, "the container is not ready", wall()};
        reconcileAt(timeline_.now() + milliseconds(1));
        return Answer::Done;
    }
    return request([&] { return once(action); });
}

// The deliberate bug of a deletion: something without an owner comes after it.
void PlannerProcess::makeAnew() {
    if (!cluster_.services.empty()) return;
    api::Service left;
    left.meta = newMeta(meta().name);
    left.meta.ownerUid.clear();
    cluster_.putService(left);
}

api::Meta PlannerProcess::newMeta(const std::string& name) {
    api::Meta made;
    made.name = name;
    made.ns = meta().ns;
    made.uid = cat("uid-", cluster_.version + 1);
    made.resourceVersion = std::to_string(cluster_.version + 1);
    made.ownerUid = meta().uid;
    made.createdAt = timeline_.now();
    return made;
}

PlannerProcess::Answer PlannerProcess::once(const api::Action& action) {
    monitor_.acted(action);
    const std::string next = std::to_string(cluster_.version + 1);
    if (const auto* create = std::get_if<api::CreateReplicaSet>(&action.intent)) {
        const std::string name = api::childName(meta().name, create->revision);
        if (byName(cluster_.sets, name) && !sabotage_.is(23)) return Answer::Done;
        api::ReplicaSet set;
        set.meta = newMeta(name);
        set.revision = set.version = create->revision;
        set.replicas = create->replicas;
        cluster_.putSet(set);
    } else if (const auto* service = std::get_if<api::CreateService>(&action.intent)) {
        if (byName(cluster_.services, service->name)) return Answer::Done;
        api::Service made;
        made.meta = newMeta(service->name);
        if (!service->main) made.revision = service->revision;
        if (!service->revision.empty()) made.selector[api::kRevisionLabel] = service->revision;
        made.ports = spec().ports;
        cluster_.putService(made);
    } else if (const auto* scale = std::get_if<api::ScaleReplicaSet>(&action.intent)) {
        const api::ReplicaSet* set = byName(cluster_.sets, scale->name);
        if (!stillSo(set, *scale)) return Answer::Conflict;
        api::ReplicaSet changed = *set;
        changed.replicas = scale->replicas;
        changed.meta.resourceVersion = next;
        cluster_.putSet(changed);
    } else if (const auto* route = std::get_if<api::RouteService>(&action.intent)) {
        const api::Service* main = byName(cluster_.services, route->name);
        if (!stillSo(main, *route)) return Answer::Conflict;
        api::Service changed = *main;
        changed.selector.clear();
        if (!route->revision.empty()) changed.selector[api::kRevisionLabel] = route->revision;
        for (const auto& [key, value] : route->annotations) changed.meta.annotations[key] = value;
        changed.meta.resourceVersion = next;
        cluster_.putService(changed);
    } else if (const auto* erase = std::get_if<api::DeleteReplicaSet>(&action.intent)) {
        const api::ReplicaSet* set = byName(cluster_.sets, erase->name);
        if (!set) return Answer::Done;
        if (!stillSo(set, *erase)) return Answer::Conflict;
        cluster_.eraseSet(erase->uid);
    } else if (const auto* gone = std::get_if<api::DeleteService>(&action.intent)) {
        const api::Service* main = byName(cluster_.services, gone->name);
        if (!main) return Answer::Done;
        if (!stillSo(main, *gone)) return Answer::Conflict;
        cluster_.eraseService(gone->uid);
    } else if (const auto* pod = std::get_if<api::DeletePod>(&action.intent)) {
        cluster_.erasePod(pod->uid);
    }
    return Answer::Done;
}

}  // namespace serin::simulation
