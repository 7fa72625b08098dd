#include "plan/judged.h"

#include <algorithm>

#include "api/enum_names.h"
#include "api/status_limits.h"
#include "base/shorten.h"
#include "base/text.h"
#include "plan/conditions.h"
#include "plan/returning.h"
#include "plan/split_math.h"
#include "plan/status_writing.h"
#include "plan/stepping.h"

namespace serin::plan {
namespace {

using api::JudgeMode;
using api::Phase;

constexpr Duration kBetweenRecords = std::chrono::minutes(1);

bool sameVerdicts(const api::AnalysisStatus& recorded, const api::Judgement& said) {
    if (recorded.verdict != api::nameOf(said.verdict)) return false;
    return std::ranges::equal(recorded.metrics, said.metrics, [](const auto& a, const auto& b) {
        return a.name == b.name && a.verdict == b.verdict;
    });
}

api::AnalysisStatus recordOf(const api::Judgement& said, Timestamp now) {
    return {api::nameOf(said.verdict), shortened(said.headline, api::kLongestMessage), now, said.metrics,
            said.state};
}

// A harm that nothing follows from is told once.
void noteDryRun(Draft& draft, const std::optional<api::AnalysisStatus>& recorded,
                const api::Judgement& said) {
    if (!draft.spec().analysis.dryRun || !said.harm) return;
    if (recorded && recorded->verdict == api::nameOf(api::Verdict::Harm)) return;
    draft.event(true, "WouldRollBack", cat("dry run, so nothing is taken back: ", said.headline));
}

api::JudgeOrder compareOrder(const Draft& draft) {
    const api::RolloutStatus& rollout = *draft.next.rollout;
    api::JudgeOrder order{JudgeMode::Compare,   draft.stable(), rollout.revision, rollout.attempt, -1,
                          rollout.stepStartedAt};
    // Growing to full size is still the last step that began.
    const bool begun = stepStarted(rollout) || (rollout.phase == Phase::Promoting && rollout.stepStartedAt);
    const int upTo = begun ? rollout.step : rollout.step - 1;
    order.step = weightStepAtOrBefore(rollout.steps, upTo);
    order.without = rollout.replacedPod;
    return order;
}

// At rest the data goes on being compared where it is with its own past, and only there.
api::JudgeOrder restOrder(const Draft& draft) {
    if (!draft.spec().analysis.recordOver) return {};
    return {JudgeMode::Record, draft.stable(), "", 0, -1, std::nullopt};
}

}  // namespace

void forgetEvidence(Draft& draft) {
    if (draft.next.analysis) draft.next.analysis->state.clear();
}

void recordFinding(Draft& draft, const api::Judgement& said) {
    noteDryRun(draft, draft.next.analysis, said);
    draft.next.analysis = recordOf(said, draft.now());
}

api::JudgeOrder judgeOrder(const Draft& draft) {
    if (const auto& watch = draft.next.watch; watch && !draft.spec().analysis.metrics.empty()) {
        return {JudgeMode::Watch, watch->returnTo, watch->revision, watch->attempt, -1, watch->startedAt};
    }
    if (draft.spec().analysis.metrics.empty() || draft.stable().empty()) return {};
    if (!draft.live()) return restOrder(draft);
    const api::RolloutStatus& rollout = *draft.next.rollout;
    switch (rollout.phase) {
        case Phase::Evaluating:
        case Phase::Starting:
            return {JudgeMode::Evaluate, draft.stable(), "", rollout.attempt, -1, std::nullopt};
        case Phase::Stepping:
        case Phase::Promoting:
            return compareOrder(draft);
        case Phase::Soaking:
            if (!draft.next.previous) return {};
            return {JudgeMode::Soak,
                    draft.next.previous->revision,
                    draft.stable(),
                    rollout.attempt,
                    weightStepAtOrBefore(rollout.steps, rollout.step),
                    rollout.phaseStartedAt,
                    rollout.replacedPod};
        default:
            return {};
    }
}

const api::Judgement* judgement(const Draft& draft) {
    const auto& said = draft.seen.judgement;
    if (!said || !draft.next.rollout) return nullptr;
    const api::RolloutStatus& rollout = *draft.next.rollout;
    const bool aboutCanary = said->order.canary == rollout.revision && said->order.attempt == rollout.attempt;
    const bool modeFits = (rollout.phase == Phase::Soaking) == (said->order.mode == JudgeMode::Soak) &&
                          said->order.mode != JudgeMode::Watch;
    return aboutCanary && modeFits ? &*said : nullptr;
}

std::string stepWaitsFor(const Draft& draft, bool last) {
    const api::Analysis& analysis = draft.spec().analysis;
    if (!analysis.decides()) return "";
    const api::Judgement* said = judgement(draft);
    if (!said || said->order != judgeOrder(draft)) return "nothing was judged in this step yet";
    if (!said->holding.empty()) return said->holding;
    const auto needed = static_cast<uint64_t>(analysis.minRequests);
    if (said->canaryRequestsInStep < needed) {
        return cat("the canary answered ", said->canaryRequestsInStep, " of minRequests ", needed,
                   " in this step");
    }
    if (!said->warm) return "the canary's pods are warming up";
    if (!said->calm) return cat("the evidence of harm is not calm: ", said->headline);
    if (last && !guardsAllow(draft)) {
        for (const api::MetricVerdict& metric : said->metrics) {
            if (metric.awaited && metric.verdict != api::Verdict::Safe) {
                return cat(metric.name, " is not safe yet", metric.message.empty() ? "" : ": ",
                           metric.message);
            }
        }
        return "the last step alone does not show yet that the canary is safe";
    }
    return "";
}

bool guardsAllow(const Draft& draft) {
    if (!draft.spec().analysis.decides()) return true;
    const api::Judgement* said = judgement(draft);
    return said && said->safe && said->order == judgeOrder(draft);
}

bool returnOnEvidence(Draft& draft) {
    const api::Judgement* said = judgement(draft);
    if (!said || !draft.spec().analysis.decides()) return false;
    if (said->harm) {
        beginReturn(draft, Phase::RolledBack, said->headline);
        return true;
    }
    if (draft.rollout().phase == Phase::Soaking) return false;
    if (said->starved) {
        beginReturn(draft, Phase::Withdrawn,
                    said->headline.empty() ? "the canary answers nothing while stable does" : said->headline);
        return true;
    }
    const auto step = static_cast<size_t>(draft.rollout().step);
    const bool approval = step < draft.rollout().steps.size() && draft.rollout().steps[step].step.approval;
    if (!said->noDataSince || draft.spec().paused || approval) return false;
    const Timestamp patience =
        std::max(*said->noDataSince, goesOnSince(draft)) + draft.spec().analysis.holdAtMost;
    if (draft.now() < patience) {
        draft.wake(patience);
        return false;
    }
    beginReturn(draft, Phase::Withdrawn,
                cat("no data for holdAtMost ", formatDuration(draft.spec().analysis.holdAtMost), ": ",
                    said->holding));
    return true;
}

void recordJudgement(Draft& draft) {
    const api::Judgement* said = judgement(draft);
    if (!said) return;
    draft.next.analysis = recordOf(*said, draft.now());
}

bool recordAnalysis(Draft& draft) {
    const auto& said = draft.seen.judgement;
    if (!draft.live() || !said || draft.rollout().phase == Phase::RollingBack) return false;
    const bool evaluating =
        said->order.mode == JudgeMode::Evaluate && said->order.attempt == draft.rollout().attempt;
    if (!judgement(draft) && !evaluating) return false;
    auto& recorded = draft.next.analysis;
    if (!recorded && evaluating && !changedInSubstance(draft)) return false;
    if (recorded) {
        const bool same = sameVerdicts(*recorded, *said);
        const bool sameWords = recorded->message == shortened(said->headline, api::kLongestMessage);
        if (same && sameWords && recorded->state == said->state) return false;
        const bool due = !recorded->updatedAt || draft.now() >= *recorded->updatedAt + kBetweenRecords;
        if (same && !due && !changedInSubstance(draft)) return false;
    }
    recordFinding(draft, *said);
    return true;
}

}  // namespace serin::plan
