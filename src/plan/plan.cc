#include "plan/plan.h"

#include <algorithm>

#include "base/text.h"
#include "plan/acceptance.h"
#include "plan/cleanup.h"
#include "plan/conditions.h"
#include "plan/decisions.h"
#include "plan/draft.h"
#include "plan/judged.h"
#include "plan/promotion.h"
#include "plan/returning.h"
#include "plan/starting.h"
#include "plan/stepping.h"
#include "plan/versions.h"

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

// The attempt goes on towards the revision it was opened for.
void goOn(Draft& draft, bool forward) {
    const Phase phase = draft.rollout().phase;
    if (draft.spec().replicas == 0 && phase != Phase::Soaking) {
        return beginReturn(draft, std::nullopt, "replicas is 0: the rollout begins anew when it is raised");
    }
    if (forward) adoptSteps(draft);
    if (forward && promoteAsked(draft) && draft.replicaSet(draft.rollout().revision)) {
        return beginPromotion(draft, "a person asked for promotion");
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
        default:
            return;
    }
}

// The spec asks for something else than the living attempt. True when nothing more is to be done now.
bool makeWay(Draft& draft, const std::string& wanted) {
    if (draft.rollout().phase == Phase::Soaking) {
        endSoak(draft, "another version is wanted");
        return false;
    }
    if (draft.seen.split.exists && draft.seen.split.revision == draft.rollout().revision) {
        promoting(draft, false);  // the promotion's one write has happened: it is only recorded here
        return true;
    }
    beginReturn(draft, std::nullopt,
                wanted == draft.stable() ? "the spec asks for the stable version again"
                                         : cat("another version is wanted: ", versionLabel(draft, wanted)));
    return true;
}

void maybeBegin(Draft& draft, const std::string& wanted, bool forward) {
    if (wanted == draft.stable()) {
        if (draft.next.rollout) draft.next.analysis.reset();
        draft.next.rollout.reset();
        return;
    }
    const bool ended = draft.next.rollout && draft.next.rollout->revision == wanted;
    const bool quarantined = std::ranges::any_of(draft.next.quarantined,
                                                 [&](const auto& entry) { return entry.revision == wanted; });
    if (!ended) draft.next.rollout.reset();
    if ((ended || quarantined) && !retryAsked(draft, wanted)) return;
    if (!forward || draft.spec().replicas == 0) return;
    beginRollout(draft, wanted);
    goOn(draft, forward);
}

void decide(Draft& draft, const Acceptance& acceptance) {
    const bool forward = acceptance.accepted && !draft.spec().paused;
    const bool specUsable = draft.spec().problems.empty();
    if (draft.live() && draft.rollout().phase == Phase::RollingBack) return finishReturn(draft);
    if (abortAsked(draft)) return beginReturn(draft, Phase::Aborted, "a person asked for it");
    if (draft.stable().empty()) {
        if (specUsable && (!draft.spec().paused || draft.next.rollout))
            firstVersion(draft, draft.spec().revision);
        return;
    }
    if (draft.live()) {
        const std::string wanted = specUsable ? draft.spec().revision : draft.rollout().revision;
        if (wanted == draft.rollout().revision) return goOn(draft, forward);
        if (makeWay(draft, wanted)) return;
    }
    maybeBegin(draft, specUsable ? draft.spec().revision : draft.stable(), forward);
}

}  // namespace

api::Plan plan(const api::Observed& seen) {
    if (seen.object.meta.deleting) return {};
    Draft draft(seen);
    draft.next.observedGeneration = seen.object.meta.generation;
    resumeReturn(draft);
    recordDecisions(draft);
    decide(draft, accept(draft));
    if (draft.next.stable) {
        draft.ensureMainService(draft.stable());
        draft.ensureRevisionService(draft.stable());
    }
    keepSizes(draft);
    cleanUp(draft);
    draft.ensurePorts();
    fillVersions(draft);
    fillConditions(draft, accept(draft));
    recordAnalysis(draft);
    draft.plan.order = judgeOrder(draft);
    if (draft.live() && draft.rollout().phase != Phase::Soaking &&
        draft.rollout().phase != Phase::RollingBack) {
        draft.plan.askModel = {draft.rollout().revision};
    }
    if (draft.next != seen.object.status) draft.plan.status = draft.next;
    return draft.plan;
}

}  // namespace serin::plan
