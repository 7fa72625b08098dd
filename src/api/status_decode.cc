#include <algorithm>
#include <limits>

#include "api/enum_names.h"
#include "api/json_read.h"
#include "api/status_codec.h"

namespace serin::api {

using nlohmann::json;

namespace {

Timestamp timeOr0(const json& object, const char* name) {
    return timeAt(object, name).value_or(Timestamp());
}

uint64_t samplesAt(const json& value, const char* name) {
    const int64_t count = integerAt(value, name);
    return count < 0 ? 0 : static_cast<uint64_t>(count);
}

Condition decodeCondition(const json& value) {
    Condition out;
    out.type = textAt(value, "type");
    out.status = textAt(value, "status");
    out.reason = textAt(value, "reason");
    out.message = textAt(value, "message");
    out.lastTransitionTime = timeOr0(value, "lastTransitionTime");
    out.observedGeneration = integerAt(value, "observedGeneration");
    return out;
}

std::optional<VersionStatus> decodeVersion(const json& status, const char* name) {
    const json* value = find(status, name);
    if (value == nullptr || !value->is_object()) return std::nullopt;
    VersionStatus out;
    out.revision = textAt(*value, "revision");
    out.version = textAt(*value, "version");
    out.id = textAt(*value, "id");
    out.weight = countAt(*value, "weight");
    out.wanted = countAt(*value, "wanted");
    out.replicas = countAt(*value, "replicas");
    out.ready = countAt(*value, "ready");
    const json& load = objectAt(*value, "load");
    if (const auto at = timeAt(load, "at")) {
        out.load = LoadStatus{samplesAt(load, "bytes"), samplesAt(load, "of"), *at};
    }
    return out;
}

StepStatus decodeStep(const json& value) {
    StepStatus out;
    out.step.weight = countAt(value, "weight");
    out.step.approval = flagAt(value, "approval");
    const auto hold = parseDuration(textAt(value, "hold", "0s"));
    if (hold) out.step.hold = *hold;
    out.replicas = countAt(value, "replicas");
    return out;
}

constexpr int kMostAttempts = 1'000'000'000;  // so that there is a next one

// Whoever may write the status by hand must not lead anybody past the end of the list.
void keepInList(RolloutStatus& rollout) {
    const int last = std::max(0, static_cast<int>(rollout.steps.size()) - 1);
    rollout.step = std::clamp(rollout.step, 0, last);
    if (rollout.steps.empty() && rollout.phase == Phase::Stepping) rollout.phase = Phase::Evaluating;
}

std::optional<RolloutStatus> decodeRollout(const json& status) {
    const json* value = find(status, "rollout");
    if (value == nullptr || !value->is_object()) return std::nullopt;
    RolloutStatus out;
    out.revision = textAt(*value, "revision");
    out.attempt = std::clamp(countAt(*value, "attempt", 1), 1, kMostAttempts);
    out.phase = phaseNamed(textAt(*value, "phase")).value_or(Phase::Evaluating);
    out.step = countAt(*value, "step");
    for (const json& step : listAt(*value, "steps")) out.steps.push_back(decodeStep(step));
    out.floor = countAt(*value, "floor");
    out.startedAt = timeOr0(*value, "startedAt");
    out.phaseStartedAt = timeOr0(*value, "phaseStartedAt");
    out.scaledAt = timeAt(*value, "scaledAt");
    out.stepStartedAt = timeAt(*value, "stepStartedAt");
    out.routedAt = timeAt(*value, "routedAt");
    out.extendedAt = timeAt(*value, "extendedAt");
    out.inconclusiveAt = timeAt(*value, "inconclusiveAt");
    out.end = phaseNamed(textAt(*value, "end"));
    out.replacedPod = textAt(*value, "replacedPod");
    out.reason = textAt(*value, "reason");
    out.next = textAt(*value, "next");
    keepInList(out);
    return out;
}

std::optional<WatchStatus> decodeWatch(const json& status) {
    const json* value = find(status, "watch");
    if (value == nullptr || !value->is_object()) return std::nullopt;
    WatchStatus out;
    out.revision = textAt(*value, "revision");
    out.attempt = std::clamp(countAt(*value, "attempt", 1), 1, kMostAttempts);
    out.returnTo = textAt(*value, "returnTo");
    out.startedAt = timeOr0(*value, "startedAt");
    out.until = timeAt(*value, "until");
    return out;
}

AttemptStatus decodeAttempt(const json& value) {
    AttemptStatus out;
    out.revision = textAt(value, "revision");
    out.attempt = std::clamp(countAt(value, "attempt", 1), 1, kMostAttempts);
    for (const json& step : listAt(value, "approved")) {
        if (step.is_number_integer()) out.approved.push_back(step.get<int>());
    }
    out.promoted = flagAt(value, "promoted");
    out.aborted = flagAt(value, "aborted");
    out.outcome = textAt(value, "outcome");
    return out;
}

QuarantineEntry decodeQuarantined(const json& value) {
    return {textAt(value, "revision"), textAt(value, "reason"), timeOr0(value, "at")};
}

HistoryEntry decodeHistory(const json& value) {
    return {textAt(value, "revision"), textAt(value, "version"), textAt(value, "id"),
            textAt(value, "outcome"),  textAt(value, "reason"),  timeOr0(value, "at")};
}

std::optional<SourceStatus> decodeSource(const json& status) {
    const json* value = find(status, "source");
    if (value == nullptr || !value->is_object()) return std::nullopt;
    SourceStatus out;
    out.uri = textAt(*value, "uri");
    out.model.id = textAt(*value, "id");
    out.model.version = textAt(*value, "version");
    const json& lineage = objectAt(*value, "lineage");
    out.model.lineage = {textAt(lineage, "run"), textAt(lineage, "commit"), textAt(lineage, "signature"),
                         textAt(lineage, "trainedAt")};
    out.model.files = samplesAt(*value, "files");
    out.model.bytes = samplesAt(*value, "bytes");
    out.written = textAt(*value, "written");
    out.refresh = textAt(*value, "refresh");
    out.resolvedAt = timeOr0(*value, "resolvedAt");
    return out;
}

std::optional<ReportStatus> decodeReport(const json& status) {
    const json* value = find(status, "report");
    if (value == nullptr || !value->is_object()) return std::nullopt;
    return ReportStatus{textAt(*value, "told"), textAt(*value, "problem"), timeOr0(*value, "at")};
}

MetricVerdict decodeMetric(const json& value) {
    MetricVerdict out;
    out.name = textAt(value, "name");
    out.guard = textAt(value, "role", "Guard") == "Guard";
    out.verdict = verdictNamed(textAt(value, "verdict")).value_or(Verdict::Continue);
    out.stable = numberAt(value, "stable");
    out.canary = numberAt(value, "canary");
    if (find(value, "slowerThan")) out.slowerThan = numberAt(value, "slowerThan");
    out.ratioLow = numberAt(value, "ratioLow");
    // An unknown upper bound is infinite, which JSON has no number for.
    out.ratioHigh = numberAt(value, "ratioHigh", std::numeric_limits<double>::infinity());
    out.samples = samplesAt(value, "samples");
    out.samplesNeeded = samplesAt(value, "samplesNeeded");
    out.secondsNeeded = samplesAt(value, "secondsNeeded");
    out.evidence = numberAt(value, "evidence");
    out.message = textAt(value, "message");
    const json* effects = find(value, "effects");
    if (effects != nullptr && effects->is_object()) {
        for (const auto& [name, effect] : effects->items()) {
            if (effect.is_number()) out.effects[name] = effect.get<double>();
        }
    }
    for (const json& one : listAt(value, "labels")) {
        if (out.labels.size() >= kMostBlamed) break;
        out.labels.push_back(
            {textAt(one, "label"), textAt(one, "value"), samplesAt(one, "canary"), samplesAt(one, "stable")});
    }
    return out;
}

std::optional<AnalysisStatus> decodeAnalysisStatus(const json& status) {
    const json* value = find(status, "analysis");
    if (value == nullptr || !value->is_object()) return std::nullopt;
    AnalysisStatus out;
    out.verdict = textAt(*value, "verdict");
    out.message = textAt(*value, "message");
    out.updatedAt = timeAt(*value, "updatedAt");
    for (const json& metric : listAt(*value, "metrics")) out.metrics.push_back(decodeMetric(metric));
    out.state = textAt(*value, "state");
    return out;
}

}  // namespace

Status decodeStatus(const json& status) {
    Status out;
    out.observedGeneration = integerAt(status, "observedGeneration");
    out.phase = textAt(status, "phase");
    out.message = textAt(status, "message");
    out.selector = textAt(status, "selector");
    out.replicas = countAt(status, "replicas");
    out.readyReplicas = countAt(status, "readyReplicas");
    for (const json& condition : listAt(status, "conditions"))
        out.conditions.push_back(decodeCondition(condition));
    // A list that is merged by key keeps the order in which its members first came.
    std::ranges::sort(out.conditions, {}, &Condition::type);
    out.source = decodeSource(status);
    out.report = decodeReport(status);
    out.stable = decodeVersion(status, "stable");
    out.canary = decodeVersion(status, "canary");
    out.previous = decodeVersion(status, "previous");
    out.rollout = decodeRollout(status);
    out.watch = decodeWatch(status);
    for (const json& attempt : listAt(status, "attempts")) out.attempts.push_back(decodeAttempt(attempt));
    for (const json& entry : listAt(status, "quarantined"))
        out.quarantined.push_back(decodeQuarantined(entry));
    out.analysis = decodeAnalysisStatus(status);
    for (const json& entry : listAt(status, "history")) out.history.push_back(decodeHistory(entry));
    return out;
}

}  // namespace serin::api
