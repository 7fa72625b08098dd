#include "plan/data_drift.h"

#include <algorithm>

#include "base/text.h"

namespace serin::plan {
namespace {

constexpr const char* kType = "DataDrift";

const api::Condition* recorded(const api::Status& status) {
    const auto found = std::ranges::find(status.conditions, kType, &api::Condition::type);
    return found == status.conditions.end() ? nullptr : &*found;
}

DataDriftState asRecorded(const Draft& draft) {
    const api::Condition* known = recorded(draft.seen.object.status);
    if (known) return {known->status, known->reason, known->message};
    return {"Unknown", "NotMeasured",
            "what is served is compared with the profile while a rollout is judged"};
}

bool promotedByPerson(const Draft& draft) {
    const api::RolloutStatus& rollout = *draft.next.rollout;
    return std::ranges::any_of(draft.next.attempts, [&](const api::AttemptStatus& record) {
        return record.revision == rollout.revision && record.attempt == rollout.attempt && record.promoted;
    });
}

}  // namespace

DataDriftState dataDriftState(const Draft& draft) {
    // What cannot be accepted says nothing of what is wanted.
    if (!draft.spec().problems.empty()) {
        return recorded(draft.seen.object.status) ? asRecorded(draft) : DataDriftState{};
    }
    if (!draft.spec().analysis.reference) return {};
    const auto& said = draft.seen.judgement;
    if (!said || !said->dataDrift) return asRecorded(draft);
    const api::DataDrift& drift = *said->dataDrift;
    if (drift.state == api::DataState::Drifted) return {"True", "LeftProfile", drift.message};
    if (!drift.trouble.empty()) return {"Unknown", "ReferenceUnusable", drift.message};
    if (drift.state == api::DataState::Within) return {"False", "WithinProfile", drift.message};
    // Too little was counted since the process or the rollout began: what was found before still stands.
    const DataDriftState before = asRecorded(draft);
    return before.status == "Unknown" ? DataDriftState{"Unknown", "NotMeasured", drift.message} : before;
}

std::string heldByDataDrift(const Draft& draft) {
    const api::Analysis& analysis = draft.spec().analysis;
    if (!draft.next.rollout || !analysis.decides() || analysis.onDataDrift != api::OnDataDrift::Pause)
        return "";
    const DataDriftState state = dataDriftState(draft);
    if (state.status != "True" || promotedByPerson(draft)) return "";
    return cat("onDataDrift is Pause, and ", state.message);
}

void noteDataDrift(Draft& draft) {
    const api::Condition* before = recorded(draft.seen.object.status);
    const api::Condition* after = recorded(draft.next);
    if (!after || after->status != "True" || (before && before->status == "True")) return;
    draft.event(true, kType, after->message);
}

}  // namespace serin::plan
