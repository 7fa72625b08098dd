#include "plan/starting.h"

#include <algorithm>

#include "api/names.h"
#include "base/text.h"
#include "plan/decisions.h"
#include "plan/readiness.h"
#include "plan/returning.h"
#include "plan/split_math.h"
#include "plan/stepping.h"
#include "plan/versions.h"
#include "plan/watching.h"

namespace serin::plan {
namespace {

using api::Phase;

constexpr int kEvaluatedIntervals = 3;

// A first step with a weight starts with what is observed: its ready endpoints behind the wide route.
void startStepping(Draft& draft) {
    api::RolloutStatus& rollout = draft.rollout();
    rollout.phase = Phase::Stepping;
    rollout.phaseStartedAt = draft.now();
    rollout.step = 0;
    if (rollout.steps.front().step.approval) {
        rollout.next = approveCommand(draft);
    } else {
        startStep(draft);
        draft.wake(draft.now() + rollout.steps.front().step.hold);
    }
    draft.event(false, "CanaryReady",
                cat("version ", versionLabel(draft, rollout.revision), " is ready; ",
                    rollout.steps.front().step.approval
                        ? std::string("it waits for approval before the first traffic")
                        : cat("it now gets ", rollout.steps.front().step.weight, " %")));
}

void openFirst(Draft& draft, const std::string& revision) {
    api::RolloutStatus first;
    first.revision = revision;
    first.attempt = lastAttempt(draft.next, revision) + 1;
    first.phase = Phase::Starting;
    first.floor = draft.spec().replicas;
    first.startedAt = first.phaseStartedAt = draft.now();
    first.scaledAt = draft.now();
    draft.next.rollout = first;
    attemptRecord(draft.next, revision, first.attempt);
}

// Another first version had traffic until now: its clients' requests end before its pods do.
bool drains(Draft& draft, const std::string& revision) {
    const auto& routedAt = draft.rollout().routedAt;
    if (!routedAt || draft.now() >= *routedAt + draft.seen.drainDelay) return false;
    const bool others = std::ranges::any_of(draft.seen.replicaSets, [&](const api::ReplicaSet& set) {
        return set.revision != revision && set.ready > 0;
    });
    if (others) draft.wake(*routedAt + draft.seen.drainDelay);
    return others;
}

}  // namespace

void firstVersion(Draft& draft, const std::string& revision) {
    if (!draft.next.rollout || draft.rollout().revision != revision) openFirst(draft, revision);
    const int wanted = draft.spec().replicas;
    const api::ReplicaSet* set = draft.replicaSet(revision);
    if (set && set->replicas < wanted) draft.rollout().scaledAt = draft.now();
    draft.ensureReplicas(revision, wanted, "the first version goes straight to full size");
    draft.ensureRevisionService(revision);
    draft.ensureMainService(revision);
    const int ready = draft.ready(revision);
    const auto& split = draft.seen.split;
    if (split.exists && split.revision != revision && (ready > 0 || draft.ready(split.revision) == 0)) {
        draft.rollout().routedAt = draft.now();
        draft.route(revision, "it replaces a version that was never fully ready");
    }
    const bool whole = set && set->replicas == wanted && wanted > 0 && ready >= wanted;
    if (whole && split.exists && split.revision == revision && !drains(draft, revision)) {
        attemptRecord(draft.next, revision, draft.rollout().attempt).outcome = "Promoted";
        draft.next.stable = describeVersion(draft, revision);
        beginFirstWatch(draft, revision, draft.rollout().attempt);
        draft.next.rollout.reset();
        recordHistory(draft, revision, "Promoted", "first version");
        draft.event(false, "Promoted",
                    cat("version ", versionLabel(draft, revision), " is the first to serve"));
        return;
    }
    const Timestamp since = draft.rollout().scaledAt.value_or(draft.now());
    if (ready >= wanted) return;
    diagnose(draft, revision, since);
    const Timestamp deadline = since + draft.spec().rollout.progressDeadline;
    if (draft.now() < deadline) draft.wake(deadline);
}

void beginRollout(Draft& draft, const std::string& revision) {
    const api::ReplicaSet* stable = draft.replicaSet(draft.stable());
    api::RolloutStatus rollout;
    rollout.revision = revision;
    rollout.attempt = lastAttempt(draft.next, revision) + 1;
    rollout.phase = draft.spec().analysis.metrics.empty() ? Phase::Starting : Phase::Evaluating;
    rollout.floor = std::max(draft.spec().replicas, stable ? stable->replicas : 0);
    rollout.steps = freezeSteps(draft.spec().rollout.steps, rollout.floor);
    rollout.startedAt = rollout.phaseStartedAt = draft.now();
    draft.next.rollout = rollout;
    draft.next.watch.reset();
    draft.next.analysis.reset();
    std::erase_if(draft.next.quarantined, [&](const auto& entry) { return entry.revision == revision; });
    attemptRecord(draft.next, revision, rollout.attempt);
    std::string steps;
    for (const api::StepStatus& step : rollout.steps) {
        steps += cat(steps.empty() ? "" : ", ",
                     step.step.approval
                         ? "approval"
                         : cat(step.step.weight, " % (", step.replicas, " pods beside ", rollout.floor, ")"));
    }
    draft.event(false, "RolloutStarted",
                cat("version ", versionLabel(draft, revision), " beside ",
                    versionLabel(draft, draft.stable()), ", attempt ", rollout.attempt, ", steps: ", steps));
}

void evaluating(Draft& draft, bool forward) {
    api::RolloutStatus& rollout = draft.rollout();
    const Timestamp over = rollout.phaseStartedAt + kEvaluatedIntervals * draft.spec().analysis.interval;
    if (draft.now() < over) draft.wake(over);
    if (!draft.replicaSet(rollout.revision)) {
        draft.ensureReplicas(rollout.revision, 0, "the API server checks its template");
        return;
    }
    draft.ensureRevisionService(rollout.revision);
    if (draft.now() < over || !forward) return;
    rollout.phase = Phase::Starting;
    rollout.phaseStartedAt = draft.now();
    if (draft.seen.judgement && !draft.seen.judgement->warning.empty()) {
        draft.event(true, "InsufficientTraffic", draft.seen.judgement->warning);
    }
    starting(draft, forward);
}

void starting(Draft& draft, bool forward) {
    api::RolloutStatus& rollout = draft.rollout();
    const auto first = static_cast<size_t>(weightStepAtOrAfter(rollout.steps, 0));
    const int wanted = rollout.steps[first].replicas;
    const std::string& revision = rollout.revision;
    const api::ReplicaSet* canary = draft.replicaSet(revision);
    const api::VersionEndpoints& seen = draft.endpoints(revision);
    // Once the wide route is seen the canary has traffic, whatever is paused: that is recorded.
    if (draft.seen.split.wide() && seen.ready >= wanted && seen.reachableReady >= wanted) {
        return startStepping(draft);
    }
    const bool shrinks =
        canary && canary->replicas > wanted;  // it soaked until now: it shrinks off the route
    if (shrinks && seen.reachable > 0) return;
    if (!rollout.scaledAt || (canary && canary->replicas < wanted)) rollout.scaledAt = draft.now();
    draft.ensureReplicas(revision, wanted, "the canary's pods for the first step, at 0 %");
    draft.ensureRevisionService(revision);
    const bool up =
        canary && canary->replicas == wanted && seen.ready >= wanted && modelReady(draft, revision);
    if (up && !draft.seen.split.wide()) {
        // What is left of a third version is not this one's fault, nor are pods that stable lacks (the canary
        // would get more than half), so no deadline runs.
        const bool room =
            onlyTheseLeft(draft, draft.stable(), revision) && draft.ready(draft.stable()) >= wanted;
        if (!forward || !room) return;
        if (rollout.steps.front().step.approval) return startStepping(draft);
        return draft.route("", "the canary and its model are ready");
    }
    const Timestamp deadline = *rollout.scaledAt + draft.spec().rollout.progressDeadline;
    if (draft.now() >= deadline && forward) return returnNeverReady(draft, deadline);
    if (!up) diagnose(draft, revision, *rollout.scaledAt);
    if (draft.now() < deadline) draft.wake(deadline);
}

}  // namespace serin::plan
