#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/fetch_progress.h"
#include "api/judgement.h"
#include "api/registry_report.h"
#include "api/spec.h"
#include "api/status.h"
#include "base/time.h"

namespace serin::api {

// The parts of metadata that Serin uses. What labels say of an object is a member of its own.
struct Meta {
    std::string name;
    std::string ns;
    std::string uid;
    std::string resourceVersion;
    int64_t generation = 0;
    bool deleting = false;
    std::string ownerUid;  // uid of the controller ownerReference; empty without one
    std::map<std::string, std::string> annotations;  // under serin.dev/, of ModelDeployments and Services
    std::optional<Timestamp> createdAt;
};

struct ModelDeployment {
    Meta meta;
    Spec spec;
    Status status;
};

struct ReplicaSet {
    Meta meta;
    std::string revision;  // label serin.dev/revision
    std::string version;   // annotation serin.dev/version
    std::string modelId;   // annotation serin.dev/model-id
    // What its pods load the model from, as it was written when the version first started; null where they
    // load none.
    std::shared_ptr<const ModelSource> source{};
    int replicas = 0;  // spec.replicas
    int statusReplicas = 0;
    int ready = 0;
    std::string failure;  // message of the condition ReplicaFailure=True, else empty
};

// A Service of ours. The main one is named like the ModelDeployment, the others <name>-<revision>.
struct Service {
    Meta meta;
    std::string revision;  // label serin.dev/revision of a revision's own Service; empty for the main one
    std::map<std::string, std::string> selector;
    std::vector<ServicePort> ports;  // targetPort 0: the targets are named
};

struct Endpoint {
    std::string podUid;
    std::string podName;
    std::string address;
    bool ready = false;
};

struct EndpointSlice {
    Meta meta;
    std::string service;  // label kubernetes.io/service-name
    std::vector<Endpoint> endpoints;
};

// Why a request to create something was refused; kept by the process, not persisted.
struct Refusal {
    std::string name;        // of the object
    std::string kind;        // ReplicaSet, Service
    std::string revision;    // for a ReplicaSet
    bool nameTaken = false;  // an object of that name exists and is not ours
    std::string message;     // the server's sentence
    Timestamp at;
};

// What reading the pods of a revision told about why they do not get ready.
struct Diagnosis {
    std::string revision;
    std::string message;  // empty when the pods tell nothing
    Timestamp at;
};

// The newest look at what the source of a spec means; kept by the process, not persisted.
struct SourceLook {
    std::string written;                 // Spec::written that it was made for
    std::string refresh;                 // refreshAsked() at that time
    std::optional<ResolvedModel> model;  // absent: it failed
    std::string reason;                  // of the failure, in CamelCase
    std::string message;                 // which call answered what, for people, without secrets
};

// Answers of canary pods to the question for their model, by pod uid.
enum class ModelAnswer { Ready, NotReady, CannotConnect, Silent };

// The endpoints of one revision.
struct VersionEndpoints {
    std::vector<Endpoint> endpoints;  // of its own Service
    int ready = 0;                    // of those
    int reachable = 0;                // endpoints behind the main Service, ready or not
    int reachableReady = 0;
};

// What the route objects say now, as src/routing reads them.
struct Split {
    bool exists = false;                               // the main Service is there and ours
    std::string revision;                              // whom it selects; empty with `exists`: every revision
    std::map<std::string, VersionEndpoints> versions;  // by revision

    bool wide() const { return exists && revision.empty(); }
};

// Everything the planner may know. Same value, same Plan.
struct Observed {
    Timestamp at;
    ModelDeployment object;
    std::vector<ReplicaSet> replicaSets;  // labelled as this ModelDeployment's, in its namespace, any owner
    std::vector<Service> services;        // likewise
    Split split;
    std::vector<Refusal> refusals;
    std::optional<Diagnosis> diagnosis;
    std::optional<SourceLook> source;
    std::optional<Loads> loads;  // what pods that load their model said last; absent: none was asked yet
    std::optional<RegistryAnswer> report;             // to the newest order
    std::map<std::string, ModelAnswer> modelAnswers;  // by pod uid
    std::optional<Judgement> judgement;
    Duration drainDelay{std::chrono::seconds(5)};
    // When this process last wrote the status; absent when it has not or does not know.
    std::optional<Timestamp> statusWrittenAt;
};

}  // namespace serin::api
