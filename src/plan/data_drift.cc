#include "plan/data_drift.h"

#include <algorithm>

#include "base/text.h"

namespace serin::plan {
namespace {

constexpr const char* kType = "DataDrift";
constexpr const char* kLeftProfile = "LeftProfile";
constexpr const char* kWithinProfile = "WithinProfile";
constexpr const char* kDiffersFromPast = "DiffersFromPast";
constexpr const char* kLikePast = "LikePast";

const api::Condition* recorded(const api::Status& status) {
    const auto found = std::ranges::find(status.conditions, kType, &api::Condition::type);
    return found == status.conditions.end() ? nullptr : &*found;
}

// Found beside another kind of reference than the present one, or about a spec before it that nothing could
// be said of.
bool ofAnother(const Draft& draft, const api::Condition& known) {
    if (known.status == "Unknown" && known.observedGeneration != draft.seen.object.meta.generation)
        return true;
    const bool profile = known.reason == kLeftProfile || known.reason == kWithinProfile;
    const bool past = known.reason == kDiffersFromPast || known.reason == kLikePast;
    return draft.spec().analysis.recordOver ? profile : past;
}

DataDriftState asRecorded(const Draft& draft) {
    const api::Condition* known = recorded(draft.seen.object.status);
    if (known && !ofAnother(draft, *known)) return {known->status, known->reason, known->message};
    if (draft.spec().analysis.recordOver) {
        return {"Unknown", "NotMeasured", "what is served is compared with its own past once that is read"};
    }
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
        const api::Condition* known = recorded(draft.seen.object.status);
        return known ? DataDriftState{known->status, known->reason, known->message} : DataDriftState{};
    }
    if (!draft.spec().analysis.hasReference()) return {};
    const bool past = draft.spec().analysis.recordOver.has_value();
    const auto& said = draft.seen.judgement;
    if (!said || !said->dataDrift) return asRecorded(draft);
    const api::DataDrift& drift = *said->dataDrift;
    if (drift.state == api::DataState::Drifted)
        return {"True", past ? kDiffersFromPast : kLeftProfile, drift.message};
    if (!drift.trouble.empty()) return {"Unknown", "ReferenceUnusable", drift.message};
    if (drift.recording) return {"Unknown", "Recording", drift.message};
    if (drift.state == api::DataState::Within) {
        return {"False", past ? kLikePast : kWithinProfile, drift.message};
    }
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
