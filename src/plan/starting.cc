#include "plan/starting.h"

#include <algorithm>

#include "api/names.h"
#include "base/text.h"
#include "plan/decisions.h"
#include "plan/readiness.h"
#include "plan/returning.h"
#include "plan/split_math.h"
#include "plan/versions.h"

namespace serin::plan {
namespace {

using api::Phase;

constexpr int kEvaluatedIntervals = 3;

void startStepping(Draft& draft) {
    api::RolloutStatus& rollout = draft.rollout();
    rollout.phase = Phase::Stepping;
    rollout.phaseStartedAt = draft.now();
    rollout.step = 0;
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
}

}  // namespace

void firstVersion(Draft& draft, const std::string& revision) {
    if (!draft.next.rollout || draft.rollout().revision != revision) openFirst(draft, revision);
    const int wanted = draft.spec().replicas;
    draft.ensureReplicas(revision, wanted, "the first version goes straight to full size");
    draft.ensureRevisionService(revision);
    draft.ensureMainService(revision);
    const int ready = draft.ready(revision);
    const auto& split = draft.seen.split;
    if (split.exists && split.revision != revision && (ready > 0 || draft.ready(split.revision) == 0)) {
        draft.route(revision, "it replaces a version that was never fully ready");
    }
    if (wanted > 0 && ready >= wanted && split.exists && split.revision == revision) {
        draft.next.stable = describeVersion(draft, revision);
        draft.next.rollout.reset();
        recordHistory(draft, revision, "Promoted", "first version");
        draft.event(false, "Promoted",
                    cat("version ", versionLabel(draft, revision), " is the first to serve"));
        return;
    }
    const Timestamp since = draft.rollout().scaledAt.value_or(draft.now());
    if (wanted > 0) diagnose(draft, revision, since);
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
    if (!draft.replicaSet(rollout.revision)) {
        draft.ensureReplicas(rollout.revision, 0, "the API server checks its template");
        return;
    }
    draft.ensureRevisionService(rollout.revision);
    const Timestamp over = rollout.phaseStartedAt + kEvaluatedIntervals * draft.spec().analysis.interval;
    if (draft.now() < over) return draft.wake(over);
    if (!forward) return;
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
    const api::ReplicaSet* canary = draft.replicaSet(rollout.revision);
    const bool returning =
        canary && canary->replicas > wanted;  // it soaked until now: it shrinks off the route
    if (returning && draft.endpoints(rollout.revision).reachable > 0) return;
    if (!rollout.scaledAt) rollout.scaledAt = draft.now();
    draft.ensureReplicas(rollout.revision, wanted, cat("the canary's pods for the first step, at 0 %"));
    draft.ensureRevisionService(rollout.revision);
    const int ready = draft.ready(rollout.revision);
    if (canary && canary->replicas == wanted && ready >= wanted && modelReady(draft, rollout.revision) &&
        onlyTheseLeft(draft, draft.stable(), rollout.revision)) {
        if (!forward) return;
        startStepping(draft);
        if (!rollout.steps.front().step.approval) draft.route("", "the canary and its model are ready");
        return;
    }
    diagnose(draft, rollout.revision, *rollout.scaledAt);
    const Timestamp deadline = *rollout.scaledAt + draft.spec().rollout.progressDeadline;
    if (draft.now() < deadline) return draft.wake(deadline);
    if (forward) beginReturn(draft, Phase::RolledBack, neverReady(draft));
}

}  // namespace serin::plan
