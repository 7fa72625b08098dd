#include "plan/versions.h"

#include <algorithm>

#include "api/names.h"
#include "base/text.h"
#include "plan/loading.h"
#include "plan/reporting.h"
#include "plan/split_math.h"

namespace serin::plan {
namespace {

// The schema's maxItems of status.history.
constexpr size_t kMostHistory = 50;

// Observed share of the ready endpoints behind the main Service, in percent.
int share(const Draft& draft, const std::string& revision) {
    int total = 0;
    for (const auto& [name, endpoints] : draft.seen.split.versions) total += endpoints.reachableReady;
    if (total == 0) return 0;
    return (200 * draft.endpoints(revision).reachableReady + total) / (2 * total);
}

void observe(Draft& draft, api::VersionStatus& version) {
    const api::ReplicaSet* set = draft.replicaSet(version.revision);
    version.replicas = set ? set->replicas : 0;
    version.ready = draft.ready(version.revision);
    version.weight = share(draft, version.revision);
}

int wantedWeight(const api::RolloutStatus& rollout) {
    if (rollout.phase != api::Phase::Stepping) return rollout.phase == api::Phase::Promoting ? 100 : 0;
    const int step = weightStepAtOrBefore(rollout.steps, rollout.step);
    return step < 0 ? 0 : rollout.steps[static_cast<size_t>(step)].step.weight;
}

}  // namespace

std::string versionLabel(const Draft& draft, const std::string& revision) {
    const api::ReplicaSet* set = draft.replicaSet(revision);
    if (set && !set->version.empty()) return set->version;
    if (revision == draft.spec().revision && !draft.spec().model.version.empty())
        return draft.spec().model.version;
    return revision;
}

api::VersionStatus describeVersion(const Draft& draft, const std::string& revision) {
    api::VersionStatus version;
    version.revision = revision;
    version.version = versionLabel(draft, revision);
    if (const api::ReplicaSet* set = draft.replicaSet(revision)) {
        version.id = set->modelId;
    } else if (revision == draft.spec().revision) {
        version.id = draft.spec().modelId;
    }
    return version;
}

void fillVersions(Draft& draft) {
    api::Status& next = draft.next;
    if (next.stable) {
        observe(draft, *next.stable);
        next.stable->load = loadOf(draft, *next.stable);
    }
    if (next.previous) {
        observe(draft, *next.previous);
        next.previous->load.reset();
    }
    next.canary.reset();
    const bool separate = draft.live() && draft.rollout().revision != draft.stable();
    if (separate) {
        next.canary = describeVersion(draft, draft.rollout().revision);
        observe(draft, *next.canary);
        next.canary->load = loadOf(draft, *next.canary);
        next.canary->wanted = next.stable ? wantedWeight(draft.rollout()) : 100;
    }
    next.selector = cat(api::kModelDeploymentLabel, "=", draft.seen.object.meta.name);
    next.replicas = 0;
    next.readyReplicas = 0;
    for (const api::ReplicaSet& set : draft.seen.replicaSets) {
        if (set.meta.ownerUid != draft.seen.object.meta.uid) continue;
        next.replicas += set.statusReplicas;
        next.readyReplicas += set.ready;
    }
}

void recordHistory(Draft& draft, const std::string& revision, const std::string& outcome,
                   const std::string& reason) {
    const api::VersionStatus version = describeVersion(draft, revision);
    auto& history = draft.next.history;
    history.insert(history.begin(), {revision, version.version, version.id, outcome, reason, draft.now()});
    shortenHistory(draft);
}

void shortenHistory(Draft& draft) {
    auto& history = draft.next.history;
    const auto stated = static_cast<size_t>(std::max(draft.spec().history, 1));
    const size_t kept = std::min(std::max(stated, entriesToTell(draft)), kMostHistory);
    if (history.size() > kept) history.resize(kept);
}

}  // namespace serin::plan
