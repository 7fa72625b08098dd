#include "plan/message.h"

#include <algorithm>

#include "api/enum_names.h"
#include "api/names.h"
#include "base/text.h"
#include "plan/data_drift.h"
#include "plan/decisions.h"
#include "plan/judged.h"
#include "plan/loading.h"
#include "plan/readiness.h"
#include "plan/source.h"
#include "plan/stepping.h"
#include "plan/versions.h"

namespace serin::plan {
namespace {

using api::Phase;

bool approvalStep(const api::RolloutStatus& rollout) {
    const auto step = static_cast<size_t>(rollout.step);
    return step < rollout.steps.size() && rollout.steps[step].step.approval;
}

std::string stepState(const Draft& draft) {
    const api::RolloutStatus& rollout = *draft.next.rollout;
    if (rollout.inconclusiveAt) return "Inconclusive";
    if (approvalStep(rollout)) return "Waiting for approval";
    if (!stepStarted(rollout)) return "Starting pods";
    const api::Judgement* said = judgement(draft);
    const bool holds = said && said->noDataSince && draft.spec().analysis.decides();
    if (holds) return "Holding, no data";
    return heldByDataDrift(draft).empty() ? "Judging" : "Holding, data drift";
}

std::string withReason(const std::string& text, const std::string& reason) {
    return reason.empty() ? text : cat(text, ": ", reason);
}

std::string podsOf(const Draft& draft, const std::string& revision) {
    const api::ReplicaSet* set = draft.replicaSet(revision);
    return cat(draft.ready(revision), " of ", set ? set->replicas : 0, " pods ready");
}

std::string stepMessage(const Draft& draft, const std::string& label) {
    const api::RolloutStatus& rollout = *draft.next.rollout;
    if (!rollout.reason.empty()) return rollout.reason;
    const std::string where = cat("step ", rollout.step + 1, " of ", rollout.steps.size());
    if (approvalStep(rollout)) {
        const std::string held = rollout.next.empty() ? heldByDataDrift(draft) : "";
        if (!held.empty()) return cat(where, " is approved and holds: ", held);
        return rollout.next.empty()
                   ? cat(where, " is approved; before promotion: ", stepWaitsFor(draft, true))
                   : cat(where, " waits for approval: ", rollout.next);
    }
    const int wanted = rollout.steps[static_cast<size_t>(rollout.step)].step.weight;
    const int weight = draft.next.canary ? draft.next.canary->weight : 0;
    if (!stepStarted(rollout)) {
        return withReason(cat(where, ": version ", label, ", ", podsOf(draft, rollout.revision)),
                          whyNotReady(draft, rollout.revision));
    }
    const api::Judgement* said = judgement(draft);
    const std::string share = cat(weight, " %", weight == wanted ? "" : cat(", wanted ", wanted));
    if (said && said->noDataSince && draft.spec().analysis.decides())
        return cat(where, " (", share, ") holds: ", said->holding);
    const std::string held = heldByDataDrift(draft);
    if (!held.empty()) return cat(where, " (", share, ") holds: ", held);
    const api::Step& step = rollout.steps[static_cast<size_t>(rollout.step)].step;
    const bool last = static_cast<size_t>(rollout.step) + 1 == rollout.steps.size();
    if (draft.now() >= *rollout.stepStartedAt + step.hold) {
        const std::string waitsFor = stepWaitsFor(draft, last);
        if (!waitsFor.empty()) return cat(where, " (", share, ") goes on waiting: ", waitsFor);
    }
    return withReason(cat(where, ": version ", label, " gets ", share),
                      draft.next.analysis ? draft.next.analysis->message : "");
}

std::string whyStarting(const Draft& draft) {
    const std::string& revision = draft.next.rollout->revision;
    const std::string why = whyNotReady(draft, revision);
    if (!why.empty()) return why;
    if (!onlyTheseLeft(draft, draft.stable(), revision)) {
        return "it gets traffic when the pods of the versions before are gone";
    }
    const api::ReplicaSet* canary = draft.replicaSet(revision);
    if (!canary || draft.ready(draft.stable()) >= canary->replicas) return "";
    return cat("it gets traffic when the stable version has as many ready pods (",
               draft.ready(draft.stable()), " now)");
}

std::string restoringMessage(const Draft& draft, const std::string& label) {
    const std::string before = draft.next.previous ? draft.next.previous->revision : std::string();
    const std::string why = whyNotReady(draft, before);
    return cat("the traffic of version ", label, " goes back to version ", versionLabel(draft, before),
               " when its pods are ready (", podsOf(draft, before), why.empty() ? "" : ": ", why,
               "): ", draft.next.rollout->reason);
}

std::string promotionWaitsFor(const Draft& draft) {
    const std::string held = heldByDataDrift(draft);
    return held.empty() ? whyNotReady(draft, draft.next.rollout->revision) : cat("it holds: ", held);
}

std::string liveMessage(const Draft& draft) {
    const api::RolloutStatus& rollout = *draft.next.rollout;
    const std::string label = versionLabel(draft, rollout.revision);
    switch (rollout.phase) {
        case Phase::Evaluating:
            return cat("version ", label, " is next; the stable version's own numbers are taken first");
        case Phase::Starting:
            return withReason(cat("version ", label, " starts at 0 %, ", podsOf(draft, rollout.revision)),
                              whyStarting(draft));
        case Phase::Stepping:
            return stepMessage(draft, label);
        case Phase::Promoting:
            return withReason(cat("version ", label, " is promoted, ", podsOf(draft, rollout.revision)),
                              promotionWaitsFor(draft));
        case Phase::Soaking:
            return cat("version ", label, " serves; version ",
                       draft.next.previous ? draft.next.previous->version : std::string("before"),
                       " is kept warm until the soak ends");
        case Phase::Restoring:
            return restoringMessage(draft, label);
        default:
            return withReason(cat("the traffic of version ", label, " goes back"), rollout.reason);
    }
}

const char* endWord(Phase phase) {
    if (phase == Phase::RolledBack) return "rolled back";
    return phase == Phase::Withdrawn ? "withdrawn" : "aborted";
}

std::string watchNote(const Draft& draft) {
    const auto& watch = draft.next.watch;
    if (!watch) return "";
    return watch->until ? cat(", watched until ", formatTime(*watch->until)) : ", watched from now on";
}

// "at 2026-01-02T03:04:05Z".
std::string whenQuarantined(const Draft& draft) {
    const auto& entries = draft.next.quarantined;
    const auto entry = std::ranges::find(entries, draft.spec().revision, &api::QuarantineEntry::revision);
    return entry == entries.end() ? "before" : cat("at ", formatTime(entry->at));
}

std::string steadyMessage(const Draft& draft) {
    const std::string stable = draft.stable();
    if (stable.empty())
        return draft.spec().paused ? "paused: no version was started yet" : "no version was ready yet";
    if (draft.next.rollout) {
        const api::RolloutStatus& rollout = *draft.next.rollout;
        return cat(rollout.reason, "; version ", versionLabel(draft, rollout.revision), " ",
                   endWord(rollout.phase), ", version ", versionLabel(draft, stable), " serves");
    }
    if (heldByQuarantine(draft)) {
        const std::string& revision = draft.spec().revision;
        return cat(whatIsWanted(draft), " was rolled back ", whenQuarantined(draft),
                   " and is not tried again; to insist: ",
                   decisionCommand(draft, api::kRetryAnnotation,
                                   cat(revision, ".", lastAttempt(draft.next, revision))));
    }
    if (draft.spec().usable() && draft.spec().revision != stable) {
        return cat("version ", versionLabel(draft, draft.spec().revision),
                   " waits: ", draft.spec().paused ? "spec.paused is true" : "spec.replicas is 0");
    }
    const std::string load = loadWords(draft, stable);
    return cat("version ", versionLabel(draft, stable), " serves, ", podsOf(draft, stable),
               load.empty() ? "" : cat(" (", load, ")"), watchNote(draft));
}

}  // namespace

bool heldByQuarantine(const Draft& draft) {
    const std::string& revision = draft.spec().revision;
    return !draft.live() && draft.spec().usable() && revision != draft.stable() &&
           isQuarantined(draft.next, revision);
}

std::string phaseText(const Draft& draft) {
    if (!draft.next.rollout) {
        if (draft.stable().empty()) return draft.spec().paused ? "Paused" : "Pending";
        return heldByQuarantine(draft) ? "Quarantined" : "Stable";
    }
    const api::RolloutStatus& rollout = *draft.next.rollout;
    if (rollout.phase != Phase::Stepping) return api::nameOf(rollout.phase);
    return cat("Step ", rollout.step + 1, "/", rollout.steps.size(), ": ", stepState(draft));
}

std::string messageText(const Draft& draft, const Acceptance& acceptance) {
    if (!acceptance.accepted) return acceptance.message;
    if (!draft.blocked.empty()) return draft.blocked;
    const std::string about = draft.live() ? liveMessage(draft) : steadyMessage(draft);
    const std::string text = draft.spec().unresolved ? cat(about, "; ", sourceState(draft).message) : about;
    return draft.spec().paused && draft.live() ? cat("paused (spec.paused): ", text) : text;
}

}  // namespace serin::plan
