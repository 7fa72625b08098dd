#include "plan/watching.h"

#include <algorithm>
#include <set>
#include <vector>

#include "api/enum_names.h"
#include "api/query_template.h"
#include "base/text.h"
#include "plan/decisions.h"
#include "plan/judged.h"
#include "plan/readiness.h"
#include "plan/returning.h"
#include "plan/stepping.h"
#include "plan/versions.h"

namespace serin::plan {
namespace {

using api::Phase;

// Of the evidence no more than this is lost by a restart of the operator.
constexpr Duration kBetweenRecords = std::chrono::hours(1);

bool wanted(const api::Analysis& analysis) {
    return !analysis.metrics.empty() && analysis.watchFor != Duration{0};
}

std::optional<Timestamp> endOf(const api::Analysis& analysis, Timestamp startedAt) {
    return analysis.watchFor ? std::optional(startedAt + *analysis.watchFor) : std::nullopt;
}

const api::Judgement* watched(const Draft& draft) {
    const auto& said = draft.seen.judgement;
    return said && said->order == judgeOrder(draft) ? &*said : nullptr;
}

// The version that was stable before, else the newest that was, of those that can still be started. Empty
// without any.
std::string returnTarget(const Draft& draft, const std::string& before) {
    std::vector<std::string> candidates;
    if (!before.empty()) candidates.push_back(before);
    for (const api::HistoryEntry& entry : draft.next.history) {
        if (entry.outcome == "Promoted") candidates.push_back(entry.revision);
    }
    const auto usable = [&](const std::string& revision) {
        return revision != draft.stable() && !isQuarantined(draft.next, revision) &&
               draft.replicaSet(revision);
    };
    const auto found = std::ranges::find_if(candidates, usable);
    return found == candidates.end() ? "" : *found;
}

// What is found to be worse: "" stands for the whole.
std::set<std::string> harms(const std::string& verdict, const std::vector<api::MetricVerdict>& metrics) {
    std::set<std::string> out;
    if (verdict == api::nameOf(api::Verdict::Harm)) out.insert("");
    for (const api::MetricVerdict& metric : metrics) {
        if (metric.verdict == api::Verdict::Harm) out.insert(metric.name);
    }
    return out;
}

void endWatch(Draft& draft) {
    draft.next.watch.reset();
    forgetEvidence(draft);
}

void beginRestoring(Draft& draft, const std::string& target, const api::Judgement& said) {
    const api::WatchStatus watch = *draft.next.watch;
    endWatch(draft);
    draft.next.previous = describeVersion(draft, target);
    api::RolloutStatus rollout;
    rollout.revision = watch.revision;
    rollout.attempt = watch.attempt;
    rollout.phase = Phase::Restoring;
    rollout.startedAt = rollout.phaseStartedAt = draft.now();
    rollout.scaledAt = draft.now();
    rollout.reason = said.headline;
    draft.next.rollout = rollout;
    raiseFloor(draft);
    recordFinding(draft, said);
    draft.event(true, "Restoring",
                cat("version ", versionLabel(draft, watch.revision), " is to be taken back after its soak: ",
                    said.headline, "; version ", versionLabel(draft, target), " is started for it"));
}

// When the version before has had its time to get ready.
Timestamp restoredBy(const Draft& draft) {
    return draft.next.rollout->phaseStartedAt + draft.spec().rollout.progressDeadline;
}

}  // namespace

void beginWatch(Draft& draft) {
    const api::RolloutStatus& rollout = draft.rollout();
    if (!wanted(draft.spec().analysis) || !draft.next.previous) return;
    draft.next.watch = {rollout.revision, rollout.attempt, draft.next.previous->revision, draft.now(),
                        endOf(draft.spec().analysis, draft.now())};
}

void beginFirstWatch(Draft& draft, const std::string& revision, int attempt) {
    const api::Analysis& analysis = draft.spec().analysis;
    const auto limited = [](const api::Metric& metric) {
        const bool compares = metric.isQuery() && api::asksForStable(metric.query.promql);
        return metric.guard() && metric.max.has_value() && !compares;
    };
    if (!wanted(analysis) || std::ranges::none_of(analysis.metrics, limited)) return;
    draft.next.watch = {revision, attempt, "", draft.now(), endOf(analysis, draft.now())};
}

bool watching(Draft& draft) {
    const api::Analysis& analysis = draft.spec().analysis;
    api::WatchStatus& watch = *draft.next.watch;
    if (draft.spec().problems.empty()) {
        watch.until = wanted(analysis) ? endOf(analysis, watch.startedAt) : draft.now();
    }
    if (watch.until && draft.now() >= *watch.until) {
        endWatch(draft);
        return false;
    }
    if (watch.until) draft.wake(*watch.until);
    const api::Judgement* said = watched(draft);
    if (!said || !said->harm || !analysis.decides()) return false;
    const std::string target = returnTarget(draft, watch.returnTo);
    if (target.empty()) {
        const std::string version = versionLabel(draft, watch.revision);
        draft.blocked =
            watch.returnTo.empty()
                ? cat("version ", version, " passes its limits (", said->headline,
                      ") and goes on serving, for it is the first one; apply another")
                : cat("version ", version, " is to be taken back (", said->headline,
                      ") but no version that served before is left (spec.history keeps them); apply one");
        return false;
    }
    beginRestoring(draft, target, *said);
    return true;
}

bool restoringMayEnd(const Draft& draft) {
    return draft.now() >= restoredBy(draft);
}

void endRestoring(Draft& draft, const std::string& why) {
    const std::string& revision = draft.rollout().revision;
    draft.event(true, "RestoringEnded", cat("version ", versionLabel(draft, revision), " stays: ", why));
    draft.next.previous.reset();
    draft.next.rollout.reset();
}

void restoring(Draft& draft) {
    const api::RolloutStatus& rollout = draft.rollout();
    if (!draft.next.previous || !draft.replicaSet(draft.next.previous->revision)) {
        return endRestoring(draft, "the ReplicaSet of the version before is gone");
    }
    if (!draft.spec().analysis.decides()) {
        return endRestoring(draft, "what is judged decides nothing any more (analysis.dryRun, .metrics)");
    }
    const std::string target = draft.next.previous->revision;
    const bool late = restoringMayEnd(draft);
    // A model that does not answer for itself outweighs no proven harm.
    if (atFullSize(draft, target) && (modelReady(draft, target) || late)) {
        return beginReturn(draft, Phase::RolledBack, rollout.reason);
    }
    if (draft.seen.split.exists && draft.seen.split.revision != rollout.revision &&
        draft.ready(rollout.revision) > 0) {
        draft.route(rollout.revision, "the version before is not ready yet");
    }
    diagnose(draft, target, rollout.phaseStartedAt);
    if (!late) draft.wake(restoredBy(draft));
}

bool recordWatch(Draft& draft) {
    const api::Judgement* said = draft.next.watch ? watched(draft) : nullptr;
    if (!said) return false;
    const auto& recorded = draft.next.analysis;
    const bool news = !recorded || harms(recorded->verdict, recorded->metrics) !=
                                       harms(api::nameOf(said->verdict), said->metrics);
    const bool due = recorded && draft.now() >= recorded->updatedAt.value_or(Timestamp()) + kBetweenRecords;
    if (!news && !due) return false;
    if (news && !draft.blocked.empty()) draft.event(true, "NothingToReturnTo", draft.blocked);
    recordFinding(draft, *said);
    return true;
}

}  // namespace serin::plan
