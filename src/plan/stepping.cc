#include "plan/stepping.h"

#include <algorithm>

#include "api/names.h"
#include "base/text.h"
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
    if (canary && canary->replicas < wanted) draft.ensureReplicas(draft.rollout().revision, wanted, why);
}

void advance(Draft& draft) {
    if (lastStep(draft)) return beginPromotion(draft, "every step is done and every guard is safe");
    clearHalt(draft);
    api::RolloutStatus& rollout = draft.rollout();
    ++rollout.step;
    const api::StepStatus& step = present(draft);
    if (step.step.approval) {
        const std::string name = cat(rollout.revision, ".", rollout.attempt, ".", rollout.step);
        draft.event(false, "WaitingForApproval", decisionCommand(draft, api::kApproveAnnotation, name));
        return;
    }
    rollout.scaledAt = draft.now();
    draft.event(false, "StepStarted",
                cat("step ", rollout.step + 1, " of ", rollout.steps.size(), ": ", step.step.weight, " %, ",
                    step.replicas, " canary pods"));
    grow(draft, cat("step ", rollout.step + 1, " wants ", step.step.weight, " %"));
}

void waitForApproval(Draft& draft, bool forward) {
    api::RolloutStatus& rollout = draft.rollout();
    const auto& approved = attemptRecord(draft.next, rollout.revision, rollout.attempt).approved;
    if (std::ranges::find(approved, rollout.step) != approved.end()) {
        if (!forward) return;
        if (!lastStep(draft) || guardsAllow(draft)) advance(draft);
        return;
    }
    rollout.next = decisionCommand(draft, api::kApproveAnnotation,
                                   cat(rollout.revision, ".", rollout.attempt, ".", rollout.step));
}

// Pods of the step that are not there yet. True when the step's time has begun.
bool podsReady(Draft& draft, bool forward) {
    api::RolloutStatus& rollout = draft.rollout();
    if (!rollout.scaledAt) rollout.scaledAt = draft.now();
    if (stepStarted(rollout)) return true;
    const int wanted = present(draft).replicas;
    const api::VersionEndpoints& seen = draft.endpoints(rollout.revision);
    if (draft.seen.split.wide() && seen.ready >= wanted && seen.reachableReady >= wanted) {
        rollout.stepStartedAt = draft.now();
        return true;
    }
    diagnose(draft, rollout.revision, *rollout.scaledAt);
    const Timestamp deadline = *rollout.scaledAt + draft.spec().rollout.progressDeadline;
    if (draft.now() < deadline) {
        draft.wake(deadline);
    } else if (forward) {
        beginReturn(draft, Phase::RolledBack, neverReady(draft));
    }
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
            return advance(draft);
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

}  // namespace

bool stepStarted(const api::RolloutStatus& rollout) {
    return rollout.stepStartedAt && rollout.scaledAt && *rollout.stepStartedAt >= *rollout.scaledAt;
}

void stepping(Draft& draft, bool forward) {
    if (returnOnEvidence(draft)) return;
    const api::StepStatus step = present(draft);
    if (step.step.approval) return waitForApproval(draft, forward);
    const std::string& stable = draft.next.stable->revision;
    if (!draft.seen.split.wide()) {
        const bool may = forward && draft.ready(draft.rollout().revision) > 0 &&
                         onlyTheseLeft(draft, stable, draft.rollout().revision);
        if (may) draft.route("", cat("step ", draft.rollout().step + 1, " begins"));
    }
    grow(draft, "the step's pods");
    if (!podsReady(draft, forward)) return;
    const Timestamp held = *draft.rollout().stepStartedAt + step.step.hold;
    if (draft.now() < held) return draft.wake(held);
    const std::string waitingFor = stepWaitsFor(draft, lastStep(draft));
    if (!forward) return;
    if (waitingFor.empty()) return advance(draft);
    const Timestamp deadline = draft.rollout().extendedAt.value_or(held) + draft.spec().analysis.deadline;
    if (draft.now() < deadline) return draft.wake(deadline);
    atDeadline(draft, waitingFor);
}

void adoptSteps(Draft& draft) {
    api::RolloutStatus& rollout = draft.rollout();
    const api::ReplicaSet* stable = draft.replicaSet(draft.stable());
    rollout.floor = std::max({rollout.floor, draft.spec().replicas, stable ? stable->replicas : 0});
    if (rollout.phase == Phase::Soaking || rollout.phase == Phase::Promoting) return;
    const auto steps = freezeSteps(draft.spec().rollout.steps, rollout.floor);
    if (steps == rollout.steps) return;
    if (rollout.phase != Phase::Stepping) {
        rollout.steps = steps;
        rollout.step = 0;
        return;
    }
    const api::StepStatus old = present(draft);
    const int oldIndex = weightStepAtOrBefore(rollout.steps, rollout.step);
    const int weight = oldIndex < 0 ? 0 : rollout.steps[static_cast<size_t>(oldIndex)].step.weight;
    const auto notBelow = [&](const api::StepStatus& step) {
        return old.step.approval ? step.step.approval || step.step.weight > weight
                                 : !step.step.approval && step.step.weight >= weight;
    };
    const bool sameApproval = old.step.approval && static_cast<size_t>(rollout.step) < steps.size() &&
                              steps[static_cast<size_t>(rollout.step)].step.approval;
    auto at = std::ranges::find_if(steps, notBelow);
    if (at == steps.end()) at = std::prev(steps.end());
    rollout.steps = steps;
    if (!sameApproval) rollout.step = static_cast<int>(at - steps.begin());
    const api::StepStatus& now = present(draft);
    if (!now.step.approval && now.step.weight > weight) rollout.scaledAt = draft.now();
}

}  // namespace serin::plan
