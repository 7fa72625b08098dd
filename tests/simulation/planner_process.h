#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adversity.h"
#include "api/plan.h"
#include "base/slewed_clock.h"
#include "cluster.h"
#include "judge/judge.h"
#include "monitor.h"
#include "sabotage.h"
#include "simulated_clock.h"
#include "timeline.h"

namespace serin::simulation {

// The operator without its client: planner and judge as they are, and in place of caches, queue, sampler and
// applier the least that has their contracts (a view that may be old, read-your-writes, order of writes,
// preconditions, what is remembered and what a crash forgets).
class PlannerProcess {
  public:
    PlannerProcess(Timeline& timeline, Cluster& cluster, Adversity& adversity, Monitor& monitor,
                   const Sabotage& sabotage, uint64_t seed);

    // Something changed that a watch would tell of.
    void notify();
    // kill -9, and a new process a little later.
    void crash();
    // Writes so far.
    uint64_t writes() const { return writes_; }
    bool alive() const { return alive_; }

  private:
    // What dies with the process.
    struct Memory {
        std::unique_ptr<judge::Judge> judge;
        int64_t generation = -1;
        bool restored = false;
        bool touched = false;  // the deliberate bug of a start has happened
        api::JudgeOrder order;
        std::optional<api::Judgement> judgement;
        std::vector<std::string> askModel;
        std::vector<api::Refusal> refusals;
        std::optional<api::Diagnosis> diagnosis;
        std::optional<Timestamp> statusWrittenAt;
        std::map<std::string, api::ModelAnswer> answers;
        std::optional<api::SourceLook> look;
        std::string lookedFor;  // Spec::written of the last look that an unresolved spec asked for
        struct Counters {
            uint64_t total = 0, bad = 0;
            int resets = 0;
            Timestamp at;
        };
        std::map<std::string, Counters> before;  // by pod
        std::map<std::string, int> silent;       // rounds without an answer, by pod
        std::optional<Timestamp> lastRound;
        uint64_t written = 0;  // the cluster's version after our last accepted write
    };
    // What the caches hold. What the process itself knows is put into `seen` before each plan.
    struct View {
        api::Observed seen;
        bool exists = true;
        std::vector<api::EndpointSlice> slices;
        uint64_t version = 0;
    };
    enum class Answer { Done, Conflict, Failed, Unknown };

    void start();
    void refresh();
    // The present into `view`; `last` is what was seen before, if anything.
    void see(View& view, const View* last);
    void reconcileAt(Timestamp when);
    void reconcile();
    const api::Observed& observe();
    const api::Meta& meta() const { return view_->seen.object.meta; }
    const api::Spec& spec() const { return view_->seen.object.spec; }
    void adoptOrder(const api::Plan& plan);
    bool carryOut(const api::Plan& plan);
    bool boundary();
    Answer request(const std::function<Answer()>& perform);
    Answer writeStatus(const api::Status& status);
    Answer perform(const api::Action& action);
    Answer once(const api::Action& action);
    void makeAnew();
    api::Meta newMeta(const std::string& name);
    void round(uint64_t life);
    // Looks at the source once in its interval.
    void follow(uint64_t life);
    // One look at the source, which takes a while.
    void look();
    void ask();
    std::optional<api::Stratum> stratum();
    api::PodSample sample(const api::Endpoint& endpoint, Timestamp from, bool& silent);
    bool reachable() const { return timeline_.now() >= adversity_.metricsStopUntil; }
    Timestamp wall() const { return clock_->wall(); }

    Timeline& timeline_;
    Cluster& cluster_;
    Adversity& adversity_;
    Monitor& monitor_;
    const Sabotage& sabotage_;
    Random random_;
    SimulatedClock machineClock_;
    std::optional<SlewedClock> clock_;  // of each process its own
    Memory memory_;
    std::shared_ptr<View> view_;
    std::deque<std::shared_ptr<View>> past_;
    bool alive_ = false;
    uint64_t life_ = 0;  // counts processes; what an earlier one had planned does not happen
    std::optional<Timestamp> due_;
    int failures_ = 0;
    uint64_t writes_ = 0;
    bool roundLost_ = false;
};

}  // namespace serin::simulation
