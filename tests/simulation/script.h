#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/spec.h"
#include "base/result.h"

namespace serin::simulation {

// How the pods of a revision behave.
// Sours: as good as Good, until it has had all the traffic for a while; from then on it errs.
enum class Quality { Good, Errs, NeverReady, Sours, ModelNeverReady, Crashes, Hangs };

// What people, nodes and adversity do to a run.
enum class Kind {
    // People.
    NewRevision,  // a: index of the revision in Script::revisions
    Replicas,     // a: spec.replicas
    Pause,
    Unpause,
    Approve,  // the step that is asked for; b: 1 for a stale one
    Promote,
    Abort,
    Retry,
    OtherSteps,  // a: index of another list of steps
    Delete,
    // The cluster.
    Autoscaled,      // a: spec.replicas that a HorizontalPodAutoscaler comes to, one every 15 s
    PodFlaps,        // a: which pod; b: seconds
    PodDies,         // a: which pod: it is gone at once
    PodEvicted,      // a: which pod: it is asked to end, and replaced
    NodeFails,       // half of the pods at once
    ProxyLags,       // b: seconds for which kube-proxy hears nothing
    SlowPods,        // b: seconds for which new pods take ten times as long
    Unschedulable,   // b: seconds for which new pods find no node
    QuotaExhausted,  // b: seconds for which no pod may be created
    // The operator's process.
    Crash,       // a: after so many instruction boundaries of the applier; at once if b is 1
    Pauses,      // b: seconds for which the process stands still
    ClockJumps,  // b: seconds, forwards or backwards
    // The API.
    FrozenWatch,      // b: seconds for which nothing is heard
    Reordered,        // a: the kind that is heard of b seconds later than of the others
    LostResponse,     // a: how many of the next writes are done and not answered
    ServerErrors,     // a: how many of the next writes answer 500
    TooManyRequests,  // b: seconds of 429
    Conflicts,        // a: how many of the next writes meet 409
    Replayed,         // a: how many of the next writes are sent twice
    TimeTravel,       // b: seconds for which a restarted process is shown the past
    Partition,        // b: seconds for which the leader reaches nothing
    // The metrics.
    MetricsStop,   // b: seconds
    MetricsReset,  // counters fall to zero
    MetricsLie,    // b: seconds for which counters stand still
    MetricsLate,   // b: seconds for which every other round is lost
    // Of the whole client only.
    WatchBreaks,   // the streams break off in the middle of a frame
    Repeated,      // events are told twice
    Dropped,       // b: seconds after which only the last event of each object is told
    LostRenewals,  // b: seconds for which writes of the Lease are done and not answered
    Compaction,    // the server forgets its history, and ends the watches
};
constexpr int kKinds = static_cast<int>(Kind::Compaction) + 1;
constexpr int kPlannerKinds = static_cast<int>(Kind::MetricsLate) + 1;

const char* nameOf(Kind kind);
const char* nameOf(Quality quality);
// Faults that end before any deadline and touch process, network or API only: the end must be as without.
bool harmless(Kind kind);
bool byPerson(Kind kind);
bool byCluster(Kind kind);

struct Happening {
    Duration at{0};  // since the start of the run
    Kind kind = Kind::NewRevision;
    int a = 0;
    int b = 0;
};

// One run, whole: the same script gives the same run, byte for byte.
struct Script {
    uint64_t seed = 0;
    int replicas = 2;
    std::vector<api::Step> steps;
    bool judged = true;  // false: `metrics: []`, steps end by time alone
    api::OnInconclusive onInconclusive = api::OnInconclusive::Pause;
    std::vector<Quality> revisions;  // the first is deployed at the start
    bool neighbour =
        false;  // of the whole client: a second ModelDeployment, all writes for which are refused
    // The model comes from a source that is followed: NewRevision moves its alias, and each second time edits
    // the spec as well.
    bool followed = false;
    std::vector<Happening> happenings;
};

// Calm: people's changes far apart, and harmless faults only: the end is compared with the run without them.
// Wild: everything at any time.
enum class Profile { Calm, Wild };
// Depth: planner and judge alone, or the whole client.
enum class Depth { Planner, Client };
Script writeScript(uint64_t seed, Profile profile, Depth depth = Depth::Planner);

std::string toYaml(const Script& script, const std::string& comment);
// Errors name the line and what is wrong with it.
Result<Script> fromYaml(const std::string& text);

}  // namespace serin::simulation
