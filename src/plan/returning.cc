#include "plan/returning.h"

#include <algorithm>

#include "api/enum_names.h"
#include "api/names.h"
#include "api/status_limits.h"
#include "base/shorten.h"
#include "base/text.h"
#include "plan/decisions.h"
#include "plan/judged.h"
#include "plan/readiness.h"
#include "plan/versions.h"

namespace serin::plan {
namespace {

using api::Phase;

constexpr size_t kKeptQuarantine = 50;

// No phase has this name: api::phaseNamed gives back the absent end.
std::string endName(const std::optional<Phase>& end) {
    return end ? api::nameOf(*end) : "Superseded";
}

// The version that serves when the attempt is taken back: after a promotion that is the one before.
std::string destination(const Draft& draft) {
    return draft.next.rollout->promoted() && draft.next.previous ? draft.next.previous->revision
                                                                 : draft.stable();
}

std::map<std::string, std::string> returnNote(const Draft& draft) {
    const api::RolloutStatus& rollout = *draft.next.rollout;
    return {
        {api::kReturnedAnnotation, cat(rollout.revision, ".", rollout.attempt, ".", endName(rollout.end))},
        {api::kReturnedBecauseAnnotation, rollout.reason}};
}

// `routed`: the traffic leaves the canary now, so its pods have to drain.
void enterReturn(Draft& draft, std::optional<Phase> end, const std::string& reason, bool routed) {
    api::RolloutStatus& rollout = draft.rollout();
    if (rollout.promoted() && draft.next.previous) {
        draft.next.stable = draft.next.previous;
        draft.next.previous.reset();
    }
    rollout.phase = Phase::RollingBack;
    rollout.phaseStartedAt = draft.now();
    rollout.routedAt = routed ? std::optional(draft.now()) : std::nullopt;
    rollout.end = end;
    rollout.reason = shortened(reason, api::kLongestMessage);
    rollout.next.clear();
}

// The oldest entry makes room, unless it is the one that keeps the spec's own revision out.
void quarantine(Draft& draft, const api::RolloutStatus& rollout) {
    auto& entries = draft.next.quarantined;
    std::erase_if(entries, [&](const auto& entry) { return entry.revision == rollout.revision; });
    if (entries.size() >= kKeptQuarantine) {
        const bool wanted = entries.front().revision == draft.spec().revision;
        entries.erase(entries.begin() + (wanted ? 1 : 0));
    }
    entries.push_back({rollout.revision, rollout.reason, draft.now()});
}

// The drain counts from when the route was last seen to reach the canary, to half the delay.
bool stillReachable(Draft& draft) {
    api::RolloutStatus& rollout = draft.rollout();
    if (draft.endpoints(rollout.revision).reachable == 0) return false;
    const Timestamp stale = rollout.routedAt.value_or(draft.now()) + draft.seen.drainDelay / 2;
    if (!rollout.routedAt || draft.now() >= stale) rollout.routedAt = draft.now();
    draft.wake(*rollout.routedAt + std::max<Duration>(draft.seen.drainDelay / 2, std::chrono::seconds(1)));
    return true;
}

void recordEnd(Draft& draft) {
    api::RolloutStatus& rollout = draft.rollout();
    const std::string outcome =
        !rollout.end && draft.spec().revision == draft.stable() ? "Reverted" : endName(rollout.end);
    recordHistory(draft, rollout.revision, outcome, rollout.reason);
    attemptRecord(draft.next, rollout.revision, rollout.attempt).outcome = outcome;
    if (rollout.end == Phase::RolledBack) quarantine(draft, rollout);
    forgetEvidence(draft);
    if (!rollout.end) {
        draft.next.rollout.reset();
        draft.next.analysis.reset();
        return;
    }
    rollout.phase = *rollout.end;
    rollout.phaseStartedAt = draft.now();
    rollout.end.reset();
    rollout.next = decisionCommand(draft, api::kRetryAnnotation, cat(rollout.revision, ".", rollout.attempt));
}

}  // namespace

void beginReturn(Draft& draft, std::optional<Phase> end, const std::string& reason) {
    const std::string old = destination(draft);
    const bool takesTraffic = draft.seen.split.exists && draft.seen.split.revision != old;
    if (takesTraffic && draft.ready(old) == 0) {
        draft.blocked = cat("the traffic should go back (", reason, ") but version ",
                            versionLabel(draft, old), " has no ready endpoint");
        return;
    }
    recordJudgement(draft);
    enterReturn(draft, end, reason, takesTraffic);
    draft.event(end.has_value() && end != Phase::Aborted, endName(end), reason);
    if (takesTraffic) return draft.route(old, reason, true, returnNote(draft));
    finishReturn(draft);
}

void returnNeverReady(Draft& draft, Timestamp deadline) {
    if (!reasonIsFresh(draft, draft.rollout().revision, deadline)) return;
    beginReturn(draft, Phase::RolledBack, neverReady(draft));
}

void resumeReturn(Draft& draft) {
    const api::Service* main = draft.mainService();
    if (!draft.live() || draft.rollout().phase == Phase::RollingBack || !main) return;
    const auto note = main->meta.annotations.find(api::kReturnedAnnotation);
    if (note == main->meta.annotations.end()) return;
    const api::RolloutStatus& rollout = draft.rollout();
    const std::string prefix = cat(rollout.revision, ".", rollout.attempt, ".");
    if (!note->second.starts_with(prefix)) return;
    const auto because = main->meta.annotations.find(api::kReturnedBecauseAnnotation);
    enterReturn(draft, api::phaseNamed(note->second.substr(prefix.size())),
                because == main->meta.annotations.end() ? "" : because->second, true);
}

void finishReturn(Draft& draft) {
    const api::RolloutStatus& rollout = draft.rollout();
    const std::string stable = draft.stable();
    if (draft.seen.split.exists && draft.seen.split.revision != stable) {
        if (draft.ready(stable) == 0 || !draft.plan.actionsFirst.empty()) return;
        draft.rollout().routedAt = draft.now();
        draft.route(stable, rollout.reason, true, returnNote(draft));
        return;
    }
    const api::ReplicaSet* canary = draft.replicaSet(rollout.revision);
    if (canary && canary->replicas > 0) {
        if (stillReachable(draft)) return;
        if (rollout.routedAt && draft.now() < *rollout.routedAt + draft.seen.drainDelay) {
            return draft.wake(*rollout.routedAt + draft.seen.drainDelay);
        }
        draft.ensureReplicas(rollout.revision, 0, "its traffic is gone: " + rollout.reason);
        return;
    }
    if (canary && canary->statusReplicas > 0) return;
    recordEnd(draft);
}

}  // namespace serin::plan
