#include "plan/plan.h"

#include <algorithm>

#include "base/text.h"
#include "plan/acceptance.h"
#include "plan/bad_pod.h"
#include "plan/cleanup.h"
#include "plan/conditions.h"
#include "plan/data_drift.h"
#include "plan/decisions.h"
#include "plan/draft.h"
#include "plan/judged.h"
#include "plan/promotion.h"
#include "plan/reporting.h"
#include "plan/returning.h"
#include "plan/source.h"
#include "plan/starting.h"
#include "plan/status_writing.h"
#include "plan/stepping.h"
#include "plan/versions.h"
#include "plan/watching.h"

namespace serin::plan {
namespace {

using api::Phase;

bool abortAsked(Draft& draft) {
    if (!draft.live() || draft.stable().empty()) return false;
    return attemptRecord(draft.next, draft.rollout().revision, draft.rollout().attempt).aborted;
}

bool promoteAsked(Draft& draft) {
    const Phase phase = draft.rollout().phase;
    const bool open = phase == Phase::Evaluating || phase == Phase::Starting || phase == Phase::Stepping;
    return open && attemptRecord(draft.next, draft.rollout().revision, draft.rollout().attempt).promoted;
}

// Promotion's one write has happened and is not recorded yet.
bool promotionSeen(const Draft& draft) {
    const Phase phase = draft.next.rollout->phase;
    const bool routed = draft.seen.split.exists && draft.seen.split.revision == draft.next.rollout->revision;
    return routed && (phase == Phase::Promoting || phase == Phase::Stepping);
}

// The attempt goes on towards the revision it was opened for.
void goOn(Draft& draft, bool forward) {
    const Phase phase = draft.rollout().phase;
    if (draft.spec().replicas == 0 && !draft.rollout().promoted()) {
        return beginReturn(draft, std::nullopt, "replicas is 0: the rollout begins anew when it is raised");
    }
    raiseFloor(draft);
    if (forward) adoptSteps(draft);
    if (promotionSeen(draft)) return promoted(draft);
    if (forward) replaceBadPod(draft);
    if (forward && promoteAsked(draft) && draft.replicaSet(draft.rollout().revision)) {
        if (!returnOnEvidence(draft)) beginPromotion(draft, kByPerson);
        return;
    }
    switch (phase) {
        case Phase::Evaluating:
            return evaluating(draft, forward);
        case Phase::Starting:
            return starting(draft, forward);
        case Phase::Stepping:
            return stepping(draft, forward);
        case Phase::Promoting:
            return promoting(draft, forward);
        case Phase::Soaking:
            return soaking(draft, forward);
        case Phase::Restoring:
            return restoring(draft);
        default:
            return;
    }
}

bool mayBegin(const Draft& draft, const std::string& wanted) {
    const bool ended = draft.next.rollout && !draft.live() && draft.next.rollout->revision == wanted;
    if ((ended || isQuarantined(draft.next, wanted)) && !retryAsked(draft, wanted)) return false;
    return !draft.spec().paused && draft.spec().replicas > 0;
}

// The spec asks for something else than the living attempt. True when nothing more is to be done now.
bool makeWay(Draft& draft, const std::string& wanted, bool forward) {
    if (draft.rollout().phase == Phase::Soaking) {
        if (mayBegin(draft, wanted) && soakMayEnd(draft)) {
            endSoak(draft);
            return false;
        }
        goOn(draft, forward);
        return true;
    }
    if (draft.rollout().phase == Phase::Restoring) {
        const bool returning = draft.next.previous && draft.next.previous->revision == wanted;
        if (mayBegin(draft, wanted) && restoringMayEnd(draft) && !returning) {
            endRestoring(draft, cat("another version is wanted: ", versionLabel(draft, wanted)));
            return false;
        }
        goOn(draft, forward);
        return true;
    }
    if (promotionSeen(draft)) {
        promoted(draft);
        return true;
    }
    beginReturn(draft, std::nullopt,
                wanted == draft.stable() ? "the spec asks for the stable version again"
                                         : cat("another version is wanted: ", versionLabel(draft, wanted)));
    return draft.live();
}

void maybeBegin(Draft& draft, const std::string& wanted, bool forward) {
    if (wanted == draft.stable()) {
        if (draft.next.rollout) draft.next.analysis.reset();
        draft.next.rollout.reset();
        return;
    }
    const bool begin = mayBegin(draft, wanted);
    if (draft.next.rollout && draft.next.rollout->revision != wanted) draft.next.rollout.reset();
    if (!begin) return;
    beginRollout(draft, wanted);
    goOn(draft, forward);
}

void decide(Draft& draft, bool accepted) {
    const bool forward = accepted && !draft.spec().unresolved && !draft.spec().paused;
    const bool specUsable = draft.spec().usable();
    const std::string& wanted = draft.spec().revision;
    if (draft.live() && draft.rollout().phase == Phase::RollingBack) {
        raiseFloor(draft);  // a return is part of the rollout: stable does not shrink before its end
        finishReturn(draft);
        if (draft.next.rollout) return;
    } else if (abortAsked(draft)) {
        return beginReturn(draft, Phase::Aborted, "a person asked for it");
    }
    if (draft.stable().empty()) {
        if (specUsable && (!draft.spec().paused || draft.next.rollout)) firstVersion(draft, wanted);
        return;
    }
    if (draft.live()) {
        if (!specUsable || wanted == draft.rollout().revision) return goOn(draft, forward);
        if (makeWay(draft, wanted, forward)) return;
    }
    if (draft.next.watch && watching(draft)) return;
    if (specUsable) maybeBegin(draft, wanted, forward);
}

// Outside of a rollout, and before its first traffic, the stable version has all of it.
void keepRoute(Draft& draft) {
    const bool canaryMayServe = draft.live() && draft.rollout().phase != Phase::Evaluating;
    const api::Split& split = draft.seen.split;
    if (canaryMayServe || !split.exists || split.revision == draft.stable() || draft.routing()) return;
    if (draft.ready(draft.stable()) > 0)
        draft.route(draft.stable(), "only the stable version is to be reached");
}

void keepObjects(Draft& draft) {
    if (draft.next.stable) {
        draft.ensureMainService(draft.stable());
        draft.ensureRevisionService(draft.stable());
        keepRoute(draft);
    }
    if (draft.next.previous) draft.ensureRevisionService(draft.next.previous->revision);
    if (draft.live() && draft.rollout().phase == Phase::Stepping) {
        draft.ensureRevisionService(draft.rollout().revision);
    }
    keepSizes(draft);
    cleanUp(draft);
    draft.ensurePorts();
}

// Whose pods are asked for their model: those that are to get the traffic of others. A first version has it
// from the beginning.
std::vector<std::string> asked(const Draft& draft) {
    if (!draft.live() || draft.stable().empty()) return {};
    const api::RolloutStatus& rollout = *draft.next.rollout;
    if (rollout.phase == Phase::Soaking || rollout.phase == Phase::RollingBack) return {};
    if (rollout.phase != Phase::Restoring) return {rollout.revision};
    return draft.next.previous ? std::vector{draft.next.previous->revision} : std::vector<std::string>();
}

}  // namespace

api::Plan plan(const api::Observed& seen) {
    if (seen.object.meta.deleting) return {};
    Draft draft(seen);
    draft.next.observedGeneration = seen.object.meta.generation;
    const Acceptance acceptance = accept(draft);
    resumeReturn(draft);
    recordDecisions(draft);
    recordSource(draft);
    recordReport(draft);
    decide(draft, acceptance.accepted);
    keepObjects(draft);
    fillVersions(draft);
    fillConditions(draft, acceptance);
    if (recordAnalysis(draft) || recordWatch(draft)) fillConditions(draft, acceptance);
    noteDataDrift(draft);
    draft.plan.order = judgeOrder(draft);
    draft.plan.askModel = asked(draft);
    writeStatus(draft);
    return std::move(draft.plan);
}

}  // namespace serin::plan
