#include "plan/conditions.h"

#include <algorithm>

#include "base/text.h"
#include "plan/data_drift.h"
#include "plan/judged.h"
#include "plan/message.h"
#include "plan/readiness.h"
#include "plan/source.h"
#include "plan/versions.h"
#include "plan/watching.h"

namespace serin::plan {
namespace {

using api::Phase;

struct State {
    const char* status;  // True, False, Unknown
    std::string reason;
    std::string message;
};

const char* yes(bool value) {
    return value ? "True" : "False";
}

void put(Draft& draft, const char* type, State state) {
    auto& conditions = draft.next.conditions;
    auto found = std::ranges::find(conditions, type, &api::Condition::type);
    if (found == conditions.end()) {
        conditions.push_back({type, "", "", "", draft.now(), 0});
        found = std::prev(conditions.end());
    }
    if (found->status != state.status) found->lastTransitionTime = draft.now();
    found->status = state.status;
    found->reason = std::move(state.reason);
    found->message = std::move(state.message);
    found->observedGeneration = draft.seen.object.meta.generation;
}

// status.phase as a condition reason: a CamelCase word.
std::string phaseWord(const Draft& draft) {
    const std::string text = phaseText(draft);
    return text.starts_with("Step ") ? "Stepping" : text;
}

bool firstVersionStalls(const Draft& draft) {
    if (!draft.stable().empty() || !draft.next.rollout || !draft.next.rollout->scaledAt) return false;
    return draft.spec().replicas > 0 &&
           draft.now() >= *draft.next.rollout->scaledAt + draft.spec().rollout.progressDeadline;
}

State stalled(const Draft& draft, const Acceptance& acceptance) {
    if (!acceptance.accepted) return {"True", acceptance.reason, acceptance.message};
    if (draft.next.rollout && !draft.live()) return {"True", phaseWord(draft), draft.next.message};
    if (sourceNeedsPerson(draft)) {
        SourceState source = sourceState(draft);
        return {"True", std::move(source.reason), std::move(source.message)};
    }
    if (heldByQuarantine(draft)) return {"True", "Quarantined", draft.next.message};
    if (firstVersionStalls(draft)) return {"True", "ProgressDeadlineExceeded", neverReady(draft)};
    const bool restores = draft.live() && draft.next.rollout->phase == Phase::Restoring;
    if (restores && restoringMayEnd(draft)) return {"True", "ProgressDeadlineExceeded", draft.next.message};
    if (draft.live() && draft.next.rollout->inconclusiveAt) {
        return {"True", "Inconclusive", draft.next.rollout->reason};
    }
    return {"False", "Progressing", ""};
}

State ready(const Draft& draft, const Acceptance& acceptance) {
    if (!acceptance.accepted) return {"False", acceptance.reason, acceptance.message};
    if (draft.spec().unresolved) {
        SourceState source = sourceState(draft);
        return {"False", std::move(source.reason), std::move(source.message)};
    }
    if (!draft.stable().empty() && draft.stable() == draft.spec().revision) {
        return {"True", "Serving",
                cat("version ", versionLabel(draft, draft.stable()), " is the stable version")};
    }
    const std::string phase = phaseWord(draft);
    const bool waits = phase == "Stable";  // the spec's revision is not begun: paused, or replicas 0
    return {"False", waits ? (draft.spec().paused ? "Paused" : "ScaledToZero") : phase, draft.next.message};
}

State available(const Draft& draft) {
    const std::string stable = draft.stable();
    if (stable.empty()) return {"False", "NoVersionYet", "no version was fully ready yet"};
    const int count = draft.ready(stable);
    if (count > 0)
        return {"True", "EndpointsReady",
                cat("version ", versionLabel(draft, stable), " has ready endpoints")};
    return {"False", "NoReadyEndpoint",
            cat("version ", versionLabel(draft, stable), " has no ready endpoint")};
}

void putPaused(Draft& draft) {
    const bool known = std::ranges::find(draft.next.conditions, "Paused", &api::Condition::type) !=
                       draft.next.conditions.end();
    if (draft.spec().paused) {
        put(draft, "Paused", {"True", "SpecPaused", "spec.paused is true: nothing goes forward"});
    } else if (known) {
        put(draft, "Paused", {"False", "GoesOn", ""});
    }
}

void putMetricsReachable(Draft& draft) {
    const bool judged = draft.live() && draft.seen.judgement && !draft.spec().analysis.metrics.empty() &&
                        draft.next.rollout->phase != Phase::RollingBack;
    if (!judged) return;
    const std::string& why = draft.seen.judgement->unreachable;
    // Good news while evaluating is not worth a write of its own.
    const bool known = std::ranges::find(draft.next.conditions, "MetricsReachable", &api::Condition::type) !=
                       draft.next.conditions.end();
    if (why.empty() && !known && draft.next.rollout->phase == Phase::Evaluating) return;
    put(draft, "MetricsReachable",
        why.empty() ? State{"True", "Scraped", "the pods' metrics are read"}
                    : State{"False", "CannotScrape", why});
}

// Nothing else changes at rest, and a drift that lasts is not worth a write for each of its numbers.
void keepWords(const Draft& draft, DataDriftState& state) {
    const auto& conditions = draft.seen.object.status.conditions;
    const auto known = std::ranges::find(conditions, "DataDrift", &api::Condition::type);
    if (draft.live() || state.status != "True" || known == conditions.end()) return;
    if (known->status == state.status && known->reason == state.reason) state.message = known->message;
}

// A status that is empty takes the condition away.
void putOptional(Draft& draft, const char* type, const std::string& status, std::string reason,
                 std::string message) {
    if (status.empty()) {
        std::erase_if(draft.next.conditions,
                      [&](const api::Condition& condition) { return condition.type == type; });
    } else {
        put(draft, type, {status.c_str(), std::move(reason), std::move(message)});
    }
}

void putDataDrift(Draft& draft) {
    DataDriftState state = dataDriftState(draft);
    keepWords(draft, state);
    putOptional(draft, "DataDrift", state.status, std::move(state.reason), std::move(state.message));
}

void putSourceReady(Draft& draft) {
    SourceState state = sourceState(draft);
    putOptional(draft, "SourceReady", state.status, std::move(state.reason), std::move(state.message));
}

}  // namespace

Timestamp goesOnSince(const Draft& draft) {
    const auto& recorded = draft.seen.object.status.conditions;
    const auto paused = std::ranges::find(recorded, "Paused", &api::Condition::type);
    if (paused == recorded.end()) return {};
    return paused->status == "True" ? draft.now() : paused->lastTransitionTime;
}

void fillConditions(Draft& draft, const Acceptance& acceptance) {
    draft.next.phase = phaseText(draft);
    draft.next.message = messageText(draft, acceptance);
    if (firstVersionStalls(draft) && acceptance.accepted) draft.next.message = neverReady(draft);
    put(draft, "Ready", ready(draft, acceptance));
    put(draft, "Accepted", {yes(acceptance.accepted), acceptance.reason, acceptance.message});
    put(draft, "Available", available(draft));
    put(draft, "Reconciling", {yes(draft.live()), draft.live() ? phaseWord(draft) : "AtRest", ""});
    put(draft, "Stalled", stalled(draft, acceptance));
    putPaused(draft);
    putMetricsReachable(draft);
    putDataDrift(draft);
    putSourceReady(draft);
    std::ranges::sort(draft.next.conditions, {}, &api::Condition::type);
}

}  // namespace serin::plan
