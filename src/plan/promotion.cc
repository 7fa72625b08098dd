#include "plan/promotion.h"

#include <algorithm>

#include "base/text.h"
#include "plan/decisions.h"
#include "plan/judged.h"
#include "plan/readiness.h"
#include "plan/returning.h"
#include "plan/versions.h"

namespace serin::plan {
namespace {

using api::Phase;

void promoted(Draft& draft) {
    api::RolloutStatus& rollout = draft.rollout();
    const std::string old = draft.stable();
    draft.next.previous = draft.next.stable;
    draft.next.stable = describeVersion(draft, rollout.revision);
    rollout.phase = Phase::Soaking;
    rollout.phaseStartedAt = draft.now();
    rollout.routedAt = draft.now();
    rollout.next.clear();
    const std::string reason = rollout.reason.empty() ? "promoted" : rollout.reason;
    rollout.reason.clear();
    recordHistory(draft, rollout.revision, "Promoted", reason);
    attemptRecord(draft.next, rollout.revision, rollout.attempt).outcome = "Promoted";
    draft.event(false, "Promoted",
                cat("version ", versionLabel(draft, rollout.revision), " takes all traffic from ",
                    versionLabel(draft, old), ": ", reason));
}

}  // namespace

void beginPromotion(Draft& draft, const std::string& why) {
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
    const std::string& revision = rollout.revision;
    if (draft.seen.split.exists && draft.seen.split.revision == revision) return promoted(draft);
    if (returnOnEvidence(draft)) return;
    if (!forward) return;
    const int wanted = rollout.floor;
    draft.ensureReplicas(revision, wanted, "it has to carry all the traffic");
    draft.ensureRevisionService(revision);
    const api::ReplicaSet* canary = draft.replicaSet(revision);
    if (canary && canary->replicas == wanted && draft.ready(revision) >= wanted &&
        modelReady(draft, revision)) {
        draft.route(revision, rollout.reason);
        return;
    }
    if (!rollout.scaledAt) rollout.scaledAt = draft.now();
    diagnose(draft, revision, *rollout.scaledAt);
    const Timestamp deadline = *rollout.scaledAt + draft.spec().rollout.progressDeadline;
    if (draft.now() < deadline) return draft.wake(deadline);
    beginReturn(draft, Phase::RolledBack, neverReady(draft));
}

void soaking(Draft& draft, bool forward) {
    if (returnOnEvidence(draft)) return;
    api::RolloutStatus& rollout = draft.rollout();
    if (draft.seen.split.exists && draft.seen.split.revision != rollout.revision) {
        draft.route(rollout.revision, "the promoted version takes all the traffic");
        return;
    }
    const Timestamp over =
        rollout.phaseStartedAt + std::max(draft.spec().rollout.soak, draft.seen.drainDelay);
    if (draft.now() < over) return draft.wake(over);
    const bool reachable =
        draft.next.previous && draft.endpoints(draft.next.previous->revision).reachable > 0;
    if (!forward || reachable) return;
    endSoak(draft, "the soak is over");
}

void endSoak(Draft& draft, const std::string& why) {
    if (draft.next.previous) {
        draft.event(false, "SoakEnded",
                    cat("the pods of version ", versionLabel(draft, draft.next.previous->revision),
                        " are no longer kept: ", why));
    }
    draft.next.previous.reset();
    draft.next.rollout.reset();
    if (draft.next.analysis) draft.next.analysis->state.clear();
}

}  // namespace serin::plan
