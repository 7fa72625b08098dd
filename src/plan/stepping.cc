#include "plan/stepping.h"

#include <algorithm>

#include "api/names.h"
#include "base/text.h"
#include "plan/data_drift.h"
#include "plan/decisions.h"
#include "plan/judged.h"
#include "plan/promotion.h"
#include "plan/readiness.h"
#include "plan/returning.h"
#include "plan/split_math.h"
#include "plan/versions.h"

namespace serin::plan {
namespace {

using api::Phase;

const api::StepStatus& present(const Draft& draft) {
    const api::RolloutStatus& rollout = *draft.next.rollout;
    return rollout.steps[static_cast<size_t>(rollout.step)];
}

bool lastStep(const Draft& draft) {
    return draft.next.rollout->step + 1 == static_cast<int>(draft.next.rollout->steps.size());
}

void clearHalt(Draft& draft) {
    draft.rollout().inconclusiveAt.reset();
    draft.rollout().extendedAt.reset();
    draft.rollout().reason.clear();
    draft.rollout().next.clear();
}

void grow(Draft& draft, const std::string& why) {
    const api::ReplicaSet* canary = draft.replicaSet(draft.rollout().revision);
    const int wanted = present(draft).replicas;
    if (!canary || canary->replicas < wanted) draft.ensureReplicas(draft.rollout().revision, wanted, why);
}

// To the next step, or to promotion for the reason `why`; empty when the steps' own end is the reason.
void advance(Draft& draft, const std::string& why = "") {
    if (lastStep(draft)) return beginPromotion(draft, why.empty() ? whenStepsAreDone(draft) : why);
    clearHalt(draft);
    api::RolloutStatus& rollout = draft.rollout();
    ++rollout.step;
    const api::StepStatus& step = present(draft);
    if (step.step.approval) {
        rollout.next = approveCommand(draft);
        draft.event(false, "WaitingForApproval", rollout.next);
        return;
    }
    rollout.scaledAt = draft.now();
    const api::Judgement* said = judgement(draft);
    draft.event(false, "StepStarted",
                cat("step ", rollout.step + 1, " of ", rollout.steps.size(), ": ", step.step.weight, " %, ",
                    step.replicas, " canary pods",
                    said && !said->headline.empty() ? cat("; so far: ", said->headline) : ""));
    grow(draft, cat("step ", rollout.step + 1, " wants ", step.step.weight, " %"));
}

// Pods of the step that are not there yet. True when the step's time has begun.
bool podsReady(Draft& draft, bool forward) {
    api::RolloutStatus& rollout = draft.rollout();
    if (!rollout.scaledAt) rollout.scaledAt = draft.now();
    if (stepStarted(rollout)) return true;
    const int wanted = present(draft).replicas;
    const api::VersionEndpoints& seen = draft.endpoints(rollout.revision);
    if (draft.seen.split.wide() && seen.ready >= wanted && seen.reachableReady >= wanted) {
        startStep(draft);
        return true;
    }
    const Timestamp deadline = *rollout.scaledAt + draft.spec().rollout.progressDeadline;
    // Pods that are ready wait only for the route to show it; that is not theirs to answer for.
    if (draft.now() >= deadline && forward && seen.ready < wanted) {
        returnNeverReady(draft, deadline);
        return false;
    }
    diagnose(draft, rollout.revision, *rollout.scaledAt);
    if (draft.now() < deadline) draft.wake(deadline);
    return false;
}

void pauseInconclusive(Draft& draft, const std::string& waitingFor) {
    api::RolloutStatus& rollout = draft.rollout();
    if (!rollout.inconclusiveAt) {
        rollout.inconclusiveAt = draft.now();
        rollout.reason = cat("inconclusive: the deadline ", formatDuration(draft.spec().analysis.deadline),
                             " after the hold has passed and ", waitingFor);
        draft.event(true, "Inconclusive", rollout.reason);
    }
    rollout.next =
        decisionCommand(draft, api::kPromoteAnnotation, cat(rollout.revision, ".", rollout.attempt));
}

void atDeadline(Draft& draft, const std::string& waitingFor) {
    api::RolloutStatus& rollout = draft.rollout();
    switch (draft.spec().analysis.onInconclusive) {
        case api::OnInconclusive::Promote:
            return advance(draft, "inconclusive at the deadline, and onInconclusive is Promote");
        case api::OnInconclusive::Rollback:
            return beginReturn(draft, Phase::RolledBack, "inconclusive at the deadline: " + waitingFor);
        case api::OnInconclusive::Extend:
            if (!rollout.extendedAt) {
                rollout.extendedAt = draft.now();
                draft.wake(draft.now() + draft.spec().analysis.deadline);
                return;
            }
            [[fallthrough]];
        case api::OnInconclusive::Pause:
            return pauseInconclusive(draft, waitingFor);
    }
}

// Something is missing although the hold, which ended at `held`, is over.
void waitUntilDeadline(Draft& draft, Timestamp held, const std::string& waitingFor) {
    const Timestamp deadline = draft.rollout().extendedAt.value_or(held) + draft.spec().analysis.deadline;
    if (draft.now() >= deadline) return atDeadline(draft, waitingFor);
    if (draft.rollout().inconclusiveAt) clearHalt(draft);  // a new spec gave it more time
    draft.wake(deadline);
}

void waitForApproval(Draft& draft, bool forward) {
    api::RolloutStatus& rollout = draft.rollout();
    const auto& approved = attemptRecord(draft.next, rollout.revision, rollout.attempt).approved;
    if (std::ranges::find(approved, rollout.step) == approved.end()) {
        rollout.next = approveCommand(draft);
        return;
    }
    if (!rollout.inconclusiveAt) rollout.next.clear();
    if (!forward || !heldByDataDrift(draft).empty()) return;
    if (!lastStep(draft) || guardsAllow(draft)) return advance(draft);
    // Approved, but a person's approval is no proof: the deadline of the weight before runs.
    const int before = weightStepAtOrBefore(rollout.steps, rollout.step);
    const Duration hold = before < 0 ? Duration{0} : rollout.steps[static_cast<size_t>(before)].step.hold;
    waitUntilDeadline(draft, rollout.stepStartedAt.value_or(rollout.phaseStartedAt) + hold,
                      stepWaitsFor(draft, true));
}

// The wide route reaches every pod, so it is narrowed while a third version has any. True while it has.
bool thirdInTheWay(Draft& draft, bool forward) {
    const std::string& stable = draft.next.stable->revision;
    if (onlyTheseLeft(draft, stable, draft.rollout().revision)) {
        const bool may = forward && !draft.seen.split.wide() && draft.ready(draft.rollout().revision) > 0;
        if (may) draft.route("", cat("step ", draft.rollout().step + 1, " begins"));
        return false;
    }
    if (draft.seen.split.wide() && draft.ready(stable) > 0) {
        draft.route(stable, "another version has pods, which the wide route would reach");
    }
    return true;
}

// Where the walk goes on in a new list: the first step whose weight is not below the present one, or an
// approval that stands before it and was not passed.
size_t placeIn(const std::vector<api::StepStatus>& steps, int weight, bool weightDone) {
    size_t at = 0;
    while (at + 1 < steps.size() && (steps[at].step.approval || steps[at].step.weight < weight)) ++at;
    const bool present = !steps[at].step.approval && steps[at].step.weight == weight;
    if (present) return weightDone && at + 1 < steps.size() ? at + 1 : at;
    while (at > 0 && steps[at - 1].step.approval) --at;
    return at;
}

}  // namespace

void startStep(Draft& draft) {
    api::RolloutStatus& rollout = draft.rollout();
    rollout.stepStartedAt = draft.now();
    // The clock may have been set back since the pods were asked for.
    if (rollout.scaledAt) rollout.scaledAt = std::min(*rollout.scaledAt, draft.now());
}

bool stepStarted(const api::RolloutStatus& rollout) {
    return rollout.stepStartedAt && rollout.scaledAt && *rollout.stepStartedAt >= *rollout.scaledAt;
}

void stepping(Draft& draft, bool forward) {
    if (returnOnEvidence(draft)) return;
    const api::StepStatus step = present(draft);
    if (step.step.approval) return waitForApproval(draft, forward);
    if (thirdInTheWay(draft, forward)) return;
    grow(draft, "the step's pods");
    if (!podsReady(draft, forward)) return;
    const Timestamp held = *draft.rollout().stepStartedAt + step.step.hold;
    if (draft.now() < held) return draft.wake(held);
    if (!forward || !heldByDataDrift(draft).empty()) return;
    const std::string waitingFor = stepWaitsFor(draft, lastStep(draft));
    if (waitingFor.empty()) return advance(draft);
    waitUntilDeadline(draft, held, waitingFor);
}

void raiseFloor(Draft& draft) {
    const api::ReplicaSet* stable = draft.replicaSet(draft.stable());
    int& floor = draft.rollout().floor;
    floor = std::max({floor, draft.spec().replicas, stable ? stable->replicas : 0});
}

void adoptSteps(Draft& draft) {
    api::RolloutStatus& rollout = draft.rollout();
    if (rollout.promoted() || rollout.phase == Phase::Promoting) return;
    const auto steps = freezeSteps(draft.spec().rollout.steps, rollout.floor);
    if (steps == rollout.steps) return;
    if (rollout.phase != Phase::Stepping) {
        rollout.steps = steps;
        rollout.step = 0;
        return;
    }
    const bool approval = present(draft).step.approval;
    const int oldIndex = weightStepAtOrBefore(rollout.steps, rollout.step);
    const int weight = oldIndex < 0 ? 0 : rollout.steps[static_cast<size_t>(oldIndex)].step.weight;
    const int pods = present(draft).replicas;
    const bool sameApproval = approval && static_cast<size_t>(rollout.step) < steps.size() &&
                              steps[static_cast<size_t>(rollout.step)].step.approval;
    rollout.steps = steps;
    if (sameApproval) return;
    const auto place = static_cast<int>(placeIn(steps, weight, approval));
    if (place != rollout.step || steps[static_cast<size_t>(place)].step.weight > weight) clearHalt(draft);
    rollout.step = place;
    const api::StepStatus& now = present(draft);
    if (now.step.approval) return;
    // Another step begins with its pods; more pods of a step that has not begun get the time to come up.
    const bool more = !stepStarted(rollout) && now.replicas > pods;
    if (now.step.weight > weight || more) rollout.scaledAt = draft.now();
}

}  // namespace serin::plan
