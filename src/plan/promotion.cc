#include "plan/promotion.h"

#include <algorithm>

#include "base/text.h"
#include "plan/data_drift.h"
#include "plan/decisions.h"
#include "plan/judged.h"
#include "plan/readiness.h"
#include "plan/returning.h"
#include "plan/versions.h"
#include "plan/watching.h"

namespace serin::plan {
namespace {

using api::Phase;

// All pods of full size are there and their model is ready.
bool wholeCanary(const Draft& draft) {
    const std::string& revision = draft.next.rollout->revision;
    return atFullSize(draft, revision) && modelReady(draft, revision);
}

std::string whyPromoted(Draft& draft) {
    const api::RolloutStatus& rollout = draft.rollout();
    if (attemptRecord(draft.next, rollout.revision, rollout.attempt).promoted) return kByPerson;
    return rollout.phase == Phase::Promoting ? rollout.reason : whenStepsAreDone(draft);
}

}  // namespace

const char* whenStepsAreDone(const Draft& draft) {
    return draft.spec().analysis.decides() ? kByEvidence : kByTime;
}

void promoted(Draft& draft) {
    api::RolloutStatus& rollout = draft.rollout();
    const std::string old = draft.stable();
    const std::string reason = whyPromoted(draft);
    draft.next.previous = draft.next.stable;
    if (draft.next.previous) draft.next.previous->load.reset();  // nobody waits for its pods
    draft.next.stable = describeVersion(draft, rollout.revision);
    rollout.phase = Phase::Soaking;
    rollout.phaseStartedAt = draft.now();
    rollout.routedAt = draft.now();
    rollout.inconclusiveAt.reset();
    rollout.next.clear();
    rollout.reason.clear();
    recordHistory(draft, rollout.revision, "Promoted", reason);
    attemptRecord(draft.next, rollout.revision, rollout.attempt).outcome = "Promoted";
    const api::Judgement* said = draft.seen.judgement ? &*draft.seen.judgement : nullptr;
    draft.event(
        false, "Promoted",
        cat("version ", versionLabel(draft, rollout.revision), " takes all traffic from ",
            versionLabel(draft, old), ", which is kept warm for ", formatDuration(draft.spec().rollout.soak),
            ": ", reason, said && !said->headline.empty() ? cat(" (", said->headline, ")") : ""));
}

void beginPromotion(Draft& draft, const std::string& why) {
    // Nothing has to grow: the one write is all, and it is recorded when it is seen.
    const bool known = why == kByPerson || why == whenStepsAreDone(draft);
    if (known && draft.rollout().phase == Phase::Stepping && wholeCanary(draft)) {
        return draft.route(draft.rollout().revision, why);
    }
    api::RolloutStatus& rollout = draft.rollout();
    rollout.phase = Phase::Promoting;
    rollout.phaseStartedAt = draft.now();
    rollout.scaledAt = draft.now();
    rollout.inconclusiveAt.reset();
    rollout.next.clear();
    rollout.reason = why;
    promoting(draft, true);
}

void promoting(Draft& draft, bool forward) {
    api::RolloutStatus& rollout = draft.rollout();
    if (returnOnEvidence(draft) || !forward || !heldByDataDrift(draft).empty()) return;
    const std::string& revision = rollout.revision;
    if (wholeCanary(draft)) return draft.route(revision, rollout.reason);
    const api::ReplicaSet* canary = draft.replicaSet(revision);
    if (!rollout.scaledAt || !canary || canary->replicas < rollout.floor) rollout.scaledAt = draft.now();
    const Timestamp deadline = *rollout.scaledAt + draft.spec().rollout.progressDeadline;
    if (draft.now() >= deadline) return returnNeverReady(draft, deadline);
    draft.ensureReplicas(revision, rollout.floor, "it has to carry all the traffic");
    draft.ensureRevisionService(revision);
    diagnose(draft, revision, *rollout.scaledAt);
    draft.wake(deadline);
}

void soaking(Draft& draft, bool forward) {
    api::RolloutStatus& rollout = draft.rollout();
    const std::string old = draft.next.previous ? draft.next.previous->revision : std::string();
    const Timestamp over =
        rollout.phaseStartedAt + std::max(draft.spec().rollout.soak, draft.seen.drainDelay);
    const bool ends = forward && draft.now() >= over && draft.endpoints(old).reachable == 0;
    const api::ReplicaSet* set = draft.replicaSet(old);
    const bool going = ends && set && set->replicas == 0;  // there is nothing to return to any more
    if (!going && returnOnEvidence(draft)) return;
    if (draft.seen.split.exists && draft.seen.split.revision != rollout.revision) {
        if (draft.ready(rollout.revision) == 0) return;
        return draft.route(rollout.revision, "the promoted version takes all the traffic");
    }
    if (draft.now() < over) return draft.wake(over);
    if (!ends) return;
    draft.previousGoes = true;
    if (set && set->replicas > 0) return draft.ensureReplicas(old, 0, "the soak is over");
    if (set && set->statusReplicas > 0) return;
    beginWatch(draft);
    endSoak(draft);
}

bool soakMayEnd(Draft& draft) {
    const auto& routedAt = draft.rollout().routedAt;
    const Timestamp drained = routedAt.value_or(draft.now()) + draft.seen.drainDelay;
    if (routedAt && draft.now() < drained) {
        draft.wake(drained);
        return false;
    }
    return !draft.next.previous || draft.endpoints(draft.next.previous->revision).reachable == 0;
}

void endSoak(Draft& draft) {
    draft.next.previous.reset();
    draft.next.rollout.reset();
    if (!draft.next.watch) forgetEvidence(draft);  // else its limits stay
}

}  // namespace serin::plan
