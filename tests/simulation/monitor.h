#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/plan.h"
#include "cluster.h"
#include "timeline.h"

namespace serin::simulation {

// Beside the numbered invariants: a calm run ends as it does without its faults; what is wanted is reached.
constexpr int kSameEnd = 100;
constexpr int kWantedState = 101;

struct Broken {
    int invariant = 0;  // its number in docs/testing.md, or one of the above
    Timestamp at;
    std::string sentence;
};

// Watches the cluster itself, not what the operator believes, and holds every write against the invariants.
// The numbers are those of docs/testing.md, where each is stated.
class Monitor {
  public:
    Monitor(Timeline& timeline, const Cluster& cluster, const Script& script);

    // A plan was made from a view of `version`; our last accepted write is `written`.
    void planned(const api::Observed& seen, const api::Plan& plan, uint64_t version, uint64_t written);
    // The API server is about to do this, if its preconditions hold.
    void acted(const api::Action& action);
    void statusWritten(const api::Status& status);
    // The cluster changed.
    void changed();
    // The operator's process died, or stood still so long that it is as good as a new one.
    void restarted();
    // The API server holds something that Serin cannot read.
    void unreadable(const std::string& why);
    // Serin wrote the ModelDeployment by another way than its status.
    void specWritten(const std::string& what);
    // A process that calls itself `writer` wrote while the Lease was `holder`'s.
    void wroteAs(const std::string& writer, const std::string& holder);
    // Somebody other than the operator did something.
    void happened(const Happening& happening);
    // The run is over: nothing moved for the last `time`, in which there were `writes`.
    void ended(uint64_t writes, Duration time);
    // The run is over, and something moves still.
    void neverRested();
    // Nothing is under way, or it waits for a person.
    bool rests() const;
    // Pods crash and come back for ever, and the status says so each time: such a run need not keep still.
    bool restless() const;

    // Writes to other objects than the ModelDeployment's status.
    uint64_t objectWrites() const { return objectWrites_; }

    const std::vector<Broken>& broken() const { return broken_; }
    // Writes to workloads, by kind and name, for the comparison with the run without faults.
    const std::map<std::string, int>& digests() const { return digests_; }

  private:
    void check(bool kept, int invariant, const std::string& sentence);
    void routed(const api::RouteService& route);
    void scaled(const api::ReplicaSet& set, int replicas);
    void ownedAndGuarded(const api::Action& action);
    void advanced(const api::Status& before, const api::Status& after);
    void recorded(const api::Status& before, const api::Status& after);
    void attempts(const api::Status& before, const api::Status& after);
    void served();
    void returned();
    void handledInTime();
    void wantedReached();
    void restsFor(const api::Status& status);
    void watched(const api::Status& status);
    void dataBehind(const api::Status& before, const std::string& what);
    bool startedAfterClockWasSet() const;
    bool trulyReady(const std::string& revision, int wanted) const;
    int reachable(const std::string& revision) const;
    void countWrite();

    Timeline& timeline_;
    const Cluster& cluster_;
    const Script& script_;
    std::vector<Broken> broken_;
    std::map<std::string, int> digests_;
    std::map<std::string, Timestamp> lastUnready_;  // when a pod of the revision was last lost or not ready
    std::map<std::string, int> lastReady_;
    std::map<std::string, uint64_t> visibleAtStep_;
    std::optional<Timestamp> stepSeenAt_;
    Timestamp quietSince_{};
    Timestamp lastWrite_{};
    std::optional<Timestamp> restingUntil_;
    Timestamp minute_{};
    int writesInMinute_ = 0;
    uint64_t objectWrites_ = 0;
    int largest_ = 0;  // spec.replicas ever
    int smallest_ = 0;
    std::optional<Timestamp> clockSetAt_;
    std::optional<Timestamp> processEndedAt_;  // the last one that did
    bool sick_ = false;                        // pods fail by themselves
    bool stepsChanged_ = false;
    std::optional<Timestamp> returnSince_;
    std::optional<Timestamp> unhandledSince_;  // the spec was changed, and the status does not know of it
};

}  // namespace serin::simulation
