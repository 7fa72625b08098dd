#include "plan/status_writing.h"

#include <algorithm>

#include "api/status_limits.h"

namespace serin::plan {
namespace {

constexpr Duration kCountsWait = std::chrono::minutes(1);

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

bool sameVersion(const std::optional<api::VersionStatus>& a, const std::optional<api::VersionStatus>& b) {
    if (!a || !b) return a.has_value() == b.has_value();
    return a->revision == b->revision && a->version == b->version && a->id == b->id &&
           a->wanted == b->wanted && a->load == b->load;
}

bool sameCondition(const api::Condition& a, const api::Condition& b) {
    return a.type == b.type && a.status == b.status && a.reason == b.reason &&
           a.lastTransitionTime == b.lastTransitionTime && a.observedGeneration == b.observedGeneration &&
           sameButNumbers(a.message, b.message);
}

// The newest moment at which something of substance is known to have been recorded.
Timestamp lastRecord(const Draft& draft) {
    const api::Status& status = draft.seen.object.status;
    Timestamp last = draft.seen.statusWrittenAt.value_or(Timestamp());
    const auto note = [&](const std::optional<Timestamp>& at) {
        if (at && *at > last) last = *at;
    };
    if (status.rollout) {
        note(status.rollout->phaseStartedAt);
        note(status.rollout->scaledAt);
        note(status.rollout->stepStartedAt);
    }
    if (status.analysis) note(status.analysis->updatedAt);
    return last;
}

}  // namespace

bool sameButNumbers(std::string_view a, std::string_view b) {
    size_t i = 0;
    size_t j = 0;
    while (i < a.size() && j < b.size()) {
        if (isDigit(a[i]) && isDigit(b[j])) {
            while (i < a.size() && isDigit(a[i])) ++i;
            while (j < b.size() && isDigit(b[j])) ++j;
        } else if (a[i++] != b[j++]) {
            return false;
        }
    }
    return i == a.size() && j == b.size();
}

bool changedInSubstance(const Draft& draft) {
    const api::Status& a = draft.seen.object.status;
    const api::Status& b = draft.next;
    return a.observedGeneration != b.observedGeneration || a.phase != b.phase || a.selector != b.selector ||
           !sameButNumbers(a.message, b.message) || !sameVersion(a.stable, b.stable) ||
           !sameVersion(a.canary, b.canary) || !sameVersion(a.previous, b.previous) ||
           a.rollout != b.rollout || a.source != b.source || a.report != b.report || a.watch != b.watch ||
           !std::ranges::equal(a.conditions, b.conditions, sameCondition) || a.attempts != b.attempts ||
           a.quarantined != b.quarantined || a.analysis != b.analysis || a.history != b.history;
}

void writeStatus(Draft& draft) {
    api::limit(draft.next);
    if (draft.next == draft.seen.object.status) return;
    if (draft.live() && !changedInSubstance(draft)) {
        if (draft.previousGoes) return;
        const Timestamp due = lastRecord(draft) + kCountsWait;
        if (draft.now() < due) return draft.wake(due);
    }
    draft.plan.status = draft.next;
}

}  // namespace serin::plan
