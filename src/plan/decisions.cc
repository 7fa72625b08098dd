#include "plan/decisions.h"

#include <algorithm>
#include <charconv>

#include "api/names.h"
#include "base/text.h"

namespace serin::plan {
namespace {

constexpr size_t kKeptAttempts = 50;

std::optional<int> number(const std::string& text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0)
        return std::nullopt;
    return value;
}

std::optional<DecisionName> decision(const Draft& draft, const char* annotation) {
    const auto& annotations = draft.seen.object.meta.annotations;
    const auto found = annotations.find(annotation);
    return found == annotations.end() ? std::nullopt : parseDecision(found->second);
}

bool aboutNow(const std::optional<DecisionName>& name, const api::RolloutStatus& rollout) {
    return name && name->revision == rollout.revision && name->attempt == rollout.attempt;
}

}  // namespace

std::optional<DecisionName> parseDecision(const std::string& text) {
    const auto parts = split(text, '.');
    if (parts.size() < 2 || parts.size() > 3 || parts[0].empty()) return std::nullopt;
    const auto attempt = number(parts[1]);
    if (!attempt || *attempt < 1) return std::nullopt;
    DecisionName name{parts[0], *attempt, std::nullopt};
    if (parts.size() == 3) {
        name.step = number(parts[2]);
        if (!name.step) return std::nullopt;
    }
    return name;
}

int lastAttempt(const api::Status& status, const std::string& revision) {
    int last = 0;
    for (const api::AttemptStatus& record : status.attempts) {
        if (record.revision == revision) last = std::max(last, record.attempt);
    }
    return last;
}

bool isQuarantined(const api::Status& status, const std::string& revision) {
    return std::ranges::find(status.quarantined, revision, &api::QuarantineEntry::revision) !=
           status.quarantined.end();
}

api::AttemptStatus& attemptRecord(api::Status& status, const std::string& revision, int attempt) {
    for (api::AttemptStatus& record : status.attempts) {
        if (record.revision == revision && record.attempt == attempt) return record;
    }
    if (status.attempts.size() >= kKeptAttempts) {
        // Rather one that is not the last of its revision, so that no number is given twice.
        const auto old = std::ranges::find_if(status.attempts, [&](const api::AttemptStatus& record) {
            return record.attempt < lastAttempt(status, record.revision);
        });
        status.attempts.erase(old == status.attempts.end() ? status.attempts.begin() : old);
    }
    return status.attempts.emplace_back(api::AttemptStatus{revision, attempt, {}, false, false, ""});
}

void recordDecisions(Draft& draft) {
    if (!draft.live()) return;
    const api::RolloutStatus& rollout = draft.rollout();
    if (rollout.steps.empty()) return;  // a first version: there is nothing to go back to or to step through
    const bool open = rollout.phase != api::Phase::RollingBack;
    if (const auto name = decision(draft, api::kAbortAnnotation);
        aboutNow(name, rollout) && !name->step && open) {
        attemptRecord(draft.next, rollout.revision, rollout.attempt).aborted = true;
    }
    const bool stepping =
        open && rollout.phase != api::Phase::Soaking && rollout.phase != api::Phase::Promoting;
    if (const auto name = decision(draft, api::kPromoteAnnotation);
        aboutNow(name, rollout) && !name->step && stepping) {
        attemptRecord(draft.next, rollout.revision, rollout.attempt).promoted = true;
    }
    const auto name = decision(draft, api::kApproveAnnotation);
    if (!aboutNow(name, rollout) || !name->step || !stepping) return;
    const auto index = static_cast<size_t>(*name->step);
    if (index >= rollout.steps.size() || !rollout.steps[index].step.approval) return;
    auto& approved = attemptRecord(draft.next, rollout.revision, rollout.attempt).approved;
    if (std::ranges::find(approved, *name->step) == approved.end()) approved.push_back(*name->step);
}

bool retryAsked(const Draft& draft, const std::string& revision) {
    const auto name = decision(draft, api::kRetryAnnotation);
    if (!name || name->step || name->revision != revision) return false;
    return name->attempt == lastAttempt(draft.next, revision);
}

std::string approveCommand(const Draft& draft) {
    const api::RolloutStatus& rollout = *draft.next.rollout;
    return decisionCommand(draft, api::kApproveAnnotation,
                           cat(rollout.revision, ".", rollout.attempt, ".", rollout.step));
}

std::string decisionCommand(const Draft& draft, const char* annotation, const std::string& value) {
    const api::Meta& meta = draft.seen.object.meta;
    return cat("kubectl annotate --overwrite -n ", meta.ns, " md ", meta.name, " ", annotation, "=", value);
}

}  // namespace serin::plan
