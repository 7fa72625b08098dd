#pragma once

#include <string>
#include <vector>

#include "api/observed.h"
#include "api/plan.h"

namespace serin::plan {

// A plan in the making: what is observed, the status as it will be, and what has been decided so far. The
// parts of the planner take a Draft one after the other; none of them keeps anything else.
class Draft {
  public:
    explicit Draft(const api::Observed& observed);

    const api::Observed& seen;
    api::Status next;  // begins as what is recorded
    api::Plan plan;
    // Why the traffic should go back but cannot now; empty when nothing is in the way.
    std::string blocked;
    // The soak is over: the pods of the version before go, and are not to be kept at their size.
    bool previousGoes = false;

    const api::Spec& spec() const { return seen.object.spec; }
    Timestamp now() const { return seen.at; }
    // Precondition: next.rollout.
    api::RolloutStatus& rollout() { return *next.rollout; }
    // The revision that serves; empty before the first one was ready.
    std::string stable() const { return next.stable ? next.stable->revision : std::string(); }
    // A rollout that has not come to its end (Evaluating to RollingBack).
    bool live() const;

    // Ours (controller uid), not being deleted; null when there is none.
    const api::ReplicaSet* replicaSet(const std::string& revision) const;
    const api::Service* service(const std::string& name) const;
    const api::Service* mainService() const { return service(seen.object.meta.name); }
    const api::VersionEndpoints& endpoints(const std::string& revision) const;
    int ready(const std::string& revision) const { return endpoints(revision).ready; }
    // The refusal that still stands against an object, or null.
    const api::Refusal* refusal(const std::string& kind, const std::string& name) const;

    // Plans again at `time` at the latest.
    void wake(Timestamp time);
    void act(api::Intent intent, std::string why);
    void event(bool warning, const std::string& reason, std::string note);

    // Makes sure the ReplicaSet of the spec's revision exists with so many pods; any other revision's is only
    // scaled. Does nothing while a refusal is young.
    void ensureReplicas(const std::string& revision, int replicas, const std::string& why);
    // A revision's own Service, and the main one selecting `initial` if it has to be made.
    void ensureRevisionService(const std::string& revision);
    void ensureMainService(const std::string& initial);
    // Points the main Service at one revision, or at all (empty). `first`: before the status is written.
    void route(const std::string& revision, const std::string& why, bool first = false,
               std::map<std::string, std::string> annotations = {});
    // Points the main Service's ports at what the spec says as far as the pods behind it know the names,
    // leaving the selector alone.
    void ensurePorts();

    // This plan already points the main Service somewhere.
    bool routing() const;

  private:
    void ensureService(const std::string& name, const std::string& revision, const char* why);
    std::vector<api::ServicePort> portsFor(const api::Service& main, const std::string& revision) const;
    bool creating(const std::string& service) const;
};

// A template that was refused, or a name that was taken, is tried again after this long.
inline constexpr Duration kRefusalRetry = std::chrono::minutes(1);

}  // namespace serin::plan
