#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/judgement.h"
#include "api/model_source.h"
#include "api/spec.h"
#include "base/time.h"

namespace serin::api {

// metav1.Condition. `lastTransitionTime` moves only when `status` does.
struct Condition {
    std::string type;
    std::string status;  // True, False, Unknown
    std::string reason;
    std::string message;
    Timestamp lastTransitionTime;
    int64_t observedGeneration = 0;

    bool operator==(const Condition&) const = default;
};

// How far the pods of a version are with loading their model; of the pod that is behind.
struct LoadStatus {
    uint64_t bytes = 0;
    uint64_t of = 0;
    Timestamp at;  // when it was last written, for it is not written at each change

    bool operator==(const LoadStatus&) const = default;
};

// One version as people see it.
struct VersionStatus {
    std::string revision;
    std::string version;  // model.version, or the revision where none was given
    std::string id;
    int weight = 0;  // observed share of ready endpoints behind the Service, percent
    int wanted = 0;  // canary only: the step's weight
    int replicas = 0;
    int ready = 0;
    std::optional<LoadStatus> load;  // while pods load their model

    bool operator==(const VersionStatus&) const = default;
};

// The life of one attempt (design: Life). The three ends stay until another revision or a retry.
enum class Phase {
    Evaluating,
    Starting,
    Stepping,
    Promoting,
    Soaking,
    Restoring,
    RollingBack,
    RolledBack,
    Withdrawn,
    Aborted,
};

// The stable version is judged after its soak, and may be taken back still. Never beside a rollout.
struct WatchStatus {
    std::string revision;  // the stable one
    int attempt = 1;       // that promoted it
    std::string returnTo;  // the revision that was stable before
    Timestamp startedAt;
    std::optional<Timestamp> until;  // absent: for ever

    bool operator==(const WatchStatus&) const = default;
};

struct StepStatus {
    Step step;
    int replicas = 0;  // canary pods of this step, for the floor of the time when the rollout began

    bool operator==(const StepStatus&) const = default;
};

struct RolloutStatus {
    std::string revision;
    int attempt = 1;
    Phase phase = Phase::Evaluating;
    int step = 0;                   // index in `steps`
    std::vector<StepStatus> steps;  // frozen at the start, added steps included
    int floor = 0;                  // the largest spec.replicas since the rollout began
    Timestamp startedAt;
    Timestamp phaseStartedAt;
    std::optional<Timestamp> scaledAt;        // since when the present number of canary pods is asked for
    std::optional<Timestamp> stepStartedAt;   // since when the step's ready endpoints stand
    std::optional<Timestamp> routedAt;        // when the route was last seen to leave a version (drain)
    std::optional<Timestamp> extendedAt;      // when the deadline was started anew, once a step
    std::optional<Timestamp> inconclusiveAt;  // when the deadline passed with onInconclusive: Pause
    std::optional<Phase> end;                 // RollingBack: which end it comes to
    std::string replacedPod;                  // of the canary: once an attempt, for it alone was worse
    std::string reason;                       // of the return, or of the present halt
    std::string next;                         // the command a person may type now

    // Its version is the stable one; status.previous is what it would go back to.
    bool promoted() const { return phase == Phase::Soaking || phase == Phase::Restoring; }
    bool operator==(const RolloutStatus&) const = default;
};

// Decisions that people made about one attempt; kept so that an annotation is obeyed once.
struct AttemptStatus {
    std::string revision;
    int attempt = 1;
    std::vector<int> approved;  // step indexes
    bool promoted = false;
    bool aborted = false;
    std::string outcome;  // empty while it lives

    bool operator==(const AttemptStatus&) const = default;
};

struct QuarantineEntry {
    std::string revision;
    std::string reason;
    Timestamp at;

    bool operator==(const QuarantineEntry&) const = default;
};

struct HistoryEntry {
    std::string revision;
    std::string version;
    std::string id;
    std::string outcome;  // Promoted, RolledBack, Withdrawn, Aborted, Superseded, Reverted
    std::string reason;
    Timestamp at;

    bool operator==(const HistoryEntry&) const = default;
};

struct AnalysisStatus {
    std::string verdict;
    std::string message;
    std::optional<Timestamp> updatedAt;
    std::vector<MetricVerdict> metrics;
    std::string state;  // Judgement::state

    bool operator==(const AnalysisStatus&) const = default;
};

// What the spec's source was last found to mean. It is the memory from which a spec gets its model's id.
struct SourceStatus {
    std::string uri;
    ResolvedModel model;
    std::string written;   // Spec::written that the look was made for
    std::string refresh;   // value of the annotation that the look obeyed
    Timestamp resolvedAt;  // when the id was first found

    bool operator==(const SourceStatus&) const = default;
};

// What the registry was told of attempts and how they ended.
struct ReportStatus {
    std::string told;     // RegistryOrder::news of what it last took, or refused for ever
    std::string problem;  // why it has not been told of the newest; empty: it has, or nothing is to be told
    Timestamp at;         // of the newest change here

    bool operator==(const ReportStatus&) const = default;
};

struct Status {
    int64_t observedGeneration = 0;
    std::string phase;
    std::string message;
    std::string selector;
    int replicas = 0;
    int readyReplicas = 0;
    std::vector<Condition> conditions;
    std::optional<SourceStatus> source;
    std::optional<ReportStatus> report;
    std::optional<VersionStatus> stable;
    std::optional<VersionStatus> canary;
    std::optional<VersionStatus> previous;
    std::optional<RolloutStatus> rollout;
    std::optional<WatchStatus> watch;
    std::vector<AttemptStatus> attempts;
    std::vector<QuarantineEntry> quarantined;
    std::optional<AnalysisStatus> analysis;
    std::vector<HistoryEntry> history;

    bool operator==(const Status&) const = default;
};

}  // namespace serin::api
