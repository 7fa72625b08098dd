#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "api/judgement.h"
#include "api/registry_report.h"
#include "api/status.h"

namespace serin::api {

// Typed intents. Each carries what must still be so when it is done (uid, resourceVersion); the applier
// refuses to do it otherwise. Objects are created by POST and never adopted.
struct CreateReplicaSet {
    std::string revision;
    int replicas = 0;
};
struct ScaleReplicaSet {
    std::string name, uid, resourceVersion;
    int replicas = 0;
};
struct DeleteReplicaSet {
    std::string name, uid, resourceVersion;
};
// A Service and whom it selects. `revision` empty: every pod of the ModelDeployment.
struct CreateService {
    std::string name;
    std::string revision;  // whom it selects
    bool main = false;     // the one clients use
};
// One write: selector, ports and annotations of an existing Service.
struct RouteService {
    std::string name, uid, resourceVersion;
    std::string revision;  // whom it selects; empty: every revision
    // Annotations set by the same write; an empty value removes one.
    std::map<std::string, std::string> annotations;
    // Ports after the write, by names that the pods it is pointed at know. Empty: as the spec has them.
    std::vector<ServicePort> ports{};
};
struct DeleteService {
    std::string name, uid, resourceVersion;
};
// Once an attempt; its ReplicaSet makes another one.
struct DeletePod {
    std::string name, uid;
};
// Reads the pods of a revision and learns why they do not get ready.
struct DiagnosePods {
    std::string revision;
};

using Intent = std::variant<CreateReplicaSet, ScaleReplicaSet, DeleteReplicaSet, CreateService, RouteService,
                            DeleteService, DeletePod, DiagnosePods>;

struct Action {
    Intent intent;
    std::string why;  // one sentence, for log, event and dry run
};

struct EventNote {
    bool warning = false;
    std::string reason;  // CamelCase
    std::string action;  // CamelCase verb
    std::string note;    // at most 1 kB

    bool operator==(const EventNote&) const = default;
};

// What to do now. Order: `actionsFirst`, then the status write, then `actions`. The applier stops at the
// first failure; the next reconcile plans anew.
struct Plan {
    // A return to the stable version: done before anything is recorded, for it must need one write only.
    std::vector<Action> actionsFirst;
    // The whole new status; absent when what is recorded is what should be.
    std::optional<Status> status;
    std::vector<Action> actions;
    std::vector<EventNote> events;
    // When to plan again at the latest, if nothing is observed before. Absent: only an observation matters.
    std::optional<Timestamp> wakeAt;
    JudgeOrder order;
    // Revisions whose ready pods are asked for the model every interval.
    std::vector<std::string> askModel;
    // What the registry is to be told, on threads that no reconcile waits for.
    std::optional<RegistryOrder> report;

    bool empty() const { return actionsFirst.empty() && !status && actions.empty() && events.empty(); }
};

}  // namespace serin::api
