#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "api/codec.h"
#include "api/enum_names.h"
#include "api/names.h"
#include "api/status_codec.h"

namespace serin::api {

using nlohmann::json;

namespace {

void put(json& object, const char* name, const std::string& text) {
    if (!text.empty()) object[name] = text;
}

void put(json& object, const char* name, double number) {
    if (!std::isfinite(number)) return;
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", number);
    // -0 would come back as 0.
    object[name] = std::strtod(text, nullptr) + 0.0;
}

// Whole seconds, as metav1.Time has.
void putSeconds(json& object, const char* name, Timestamp time) {
    object[name] = formatTime(time);
}

// "…05.678Z": MicroTime's six digits less the last three, which are zero.
void putMillis(json& object, const char* name, const std::optional<Timestamp>& time) {
    if (!time) return;
    std::string text = formatMicroTime(*time);
    text.erase(text.size() - 4, 3);
    object[name] = text;
}

json encodeCondition(const Condition& condition) {
    json out = {{"type", condition.type},
                {"status", condition.status},
                {"reason", condition.reason},
                {"message", condition.message}};
    putSeconds(out, "lastTransitionTime", condition.lastTransitionTime);
    if (condition.observedGeneration != 0) out["observedGeneration"] = condition.observedGeneration;
    return out;
}

enum class Arm { Stable, Canary, Previous };

json encodeVersion(const VersionStatus& version, Arm arm) {
    json out = {{"replicas", version.replicas}, {"ready", version.ready}};
    put(out, "revision", version.revision);
    put(out, "version", version.version);
    put(out, "id", version.id);
    // The old version's weight is always what promotion left: none.
    if (arm != Arm::Previous || version.weight != 0) out["weight"] = version.weight;
    if (arm == Arm::Canary) out["wanted"] = version.wanted;
    // Of the old version the schema knows none.
    if (version.load && arm != Arm::Previous) {
        out["load"] = {{"bytes", version.load->bytes}};
        // Of how many is not always known.
        if (version.load->of > 0) out["load"]["of"] = version.load->of;
        putSeconds(out["load"], "at", version.load->at);
    }
    return out;
}

json encodeStep(const StepStatus& step) {
    if (step.step.approval) return {{"approval", true}, {"replicas", step.replicas}};
    return {
        {"weight", step.step.weight}, {"hold", formatDuration(step.step.hold)}, {"replicas", step.replicas}};
}

json encodeRollout(const RolloutStatus& rollout) {
    json out = {{"attempt", rollout.attempt},
                {"phase", nameOf(rollout.phase)},
                {"step", rollout.step},
                {"floor", rollout.floor},
                {"steps", json::array()}};
    put(out, "revision", rollout.revision);
    for (const StepStatus& step : rollout.steps) out["steps"].push_back(encodeStep(step));
    putMillis(out, "startedAt", rollout.startedAt);
    putMillis(out, "phaseStartedAt", rollout.phaseStartedAt);
    putMillis(out, "scaledAt", rollout.scaledAt);
    putMillis(out, "stepStartedAt", rollout.stepStartedAt);
    putMillis(out, "routedAt", rollout.routedAt);
    putMillis(out, "extendedAt", rollout.extendedAt);
    putMillis(out, "inconclusiveAt", rollout.inconclusiveAt);
    if (rollout.end) out["end"] = nameOf(*rollout.end);
    put(out, "replacedPod", rollout.replacedPod);
    put(out, "reason", rollout.reason);
    put(out, "next", rollout.next);
    return out;
}

json encodeWatch(const WatchStatus& watch) {
    json out = {{"attempt", watch.attempt}};
    put(out, "revision", watch.revision);
    put(out, "returnTo", watch.returnTo);
    putMillis(out, "startedAt", watch.startedAt);
    putMillis(out, "until", watch.until);
    return out;
}

json encodeAttempt(const AttemptStatus& attempt) {
    json out = {{"attempt", attempt.attempt}};
    put(out, "revision", attempt.revision);
    if (!attempt.approved.empty()) out["approved"] = attempt.approved;
    if (attempt.promoted) out["promoted"] = true;
    if (attempt.aborted) out["aborted"] = true;
    put(out, "outcome", attempt.outcome);
    return out;
}

json encodeQuarantined(const QuarantineEntry& entry) {
    json out = json::object();
    put(out, "revision", entry.revision);
    put(out, "reason", entry.reason);
    putSeconds(out, "at", entry.at);
    return out;
}

json encodeMetric(const MetricVerdict& metric) {
    json out = {{"name", metric.name},
                {"role", metric.guard ? "Guard" : "Observe"},
                {"verdict", nameOf(metric.verdict)},
                {"samples", metric.samples},
                {"samplesNeeded", metric.samplesNeeded},
                {"secondsNeeded", metric.secondsNeeded}};
    put(out, "stable", metric.stable);
    put(out, "canary", metric.canary);
    if (metric.slowerThan) put(out, "slowerThan", *metric.slowerThan);
    put(out, "ratioLow", metric.ratioLow);
    put(out, "ratioHigh", metric.ratioHigh);
    put(out, "evidence", metric.evidence);
    put(out, "message", metric.message);
    json effects = json::object();
    for (const auto& [name, effect] : metric.effects) put(effects, name.c_str(), effect);
    if (!effects.empty()) out["effects"] = effects;
    for (const BlamedLabel& one : metric.labels) {
        out["labels"].push_back(
            {{"label", one.label}, {"value", one.value}, {"canary", one.canary}, {"stable", one.stable}});
    }
    return out;
}

json encodeAnalysis(const AnalysisStatus& analysis) {
    json out = json::object();
    put(out, "verdict", analysis.verdict);
    put(out, "message", analysis.message);
    if (analysis.updatedAt) putSeconds(out, "updatedAt", *analysis.updatedAt);
    for (const MetricVerdict& metric : analysis.metrics) out["metrics"].push_back(encodeMetric(metric));
    put(out, "state", analysis.state);
    return out;
}

json encodeHistory(const HistoryEntry& entry) {
    json out = json::object();
    put(out, "revision", entry.revision);
    put(out, "version", entry.version);
    put(out, "id", entry.id);
    put(out, "outcome", entry.outcome);
    put(out, "reason", entry.reason);
    putSeconds(out, "at", entry.at);
    return out;
}

json encodeSource(const SourceStatus& source) {
    json out = json::object();
    put(out, "uri", source.uri);
    put(out, "id", source.model.id);
    put(out, "version", source.model.version);
    json lineage = json::object();
    put(lineage, "run", source.model.lineage.run);
    put(lineage, "commit", source.model.lineage.commit);
    put(lineage, "signature", source.model.lineage.signature);
    put(lineage, "trainedAt", source.model.lineage.trainedAt);
    if (!lineage.empty()) out["lineage"] = lineage;
    // A source that has none does not tell them before they are fetched.
    if (source.model.files > 0) {
        out["files"] = source.model.files;
        out["bytes"] = source.model.bytes;
    }
    put(out, "written", source.written);
    put(out, "refresh", source.refresh);
    putSeconds(out, "resolvedAt", source.resolvedAt);
    return out;
}

json encodeReport(const ReportStatus& report) {
    json out = json::object();
    put(out, "told", report.told);
    put(out, "problem", report.problem);
    putSeconds(out, "at", report.at);
    return out;
}

template <typename Entry>
void putList(json& object, const char* name, const std::vector<Entry>& entries,
             json (*encode)(const Entry&)) {
    for (const Entry& entry : entries) object[name].push_back(encode(entry));
}

}  // namespace

json encodeStatus(const Status& status) {
    json out = {{"replicas", status.replicas}, {"readyReplicas", status.readyReplicas}};
    if (status.observedGeneration != 0) out["observedGeneration"] = status.observedGeneration;
    put(out, "phase", status.phase);
    put(out, "message", status.message);
    put(out, "selector", status.selector);
    putList(out, "conditions", status.conditions, encodeCondition);
    if (status.source) out["source"] = encodeSource(*status.source);
    if (status.report) out["report"] = encodeReport(*status.report);
    if (status.stable) out["stable"] = encodeVersion(*status.stable, Arm::Stable);
    if (status.canary) out["canary"] = encodeVersion(*status.canary, Arm::Canary);
    if (status.previous) out["previous"] = encodeVersion(*status.previous, Arm::Previous);
    if (status.rollout) out["rollout"] = encodeRollout(*status.rollout);
    if (status.watch) out["watch"] = encodeWatch(*status.watch);
    putList(out, "attempts", status.attempts, encodeAttempt);
    putList(out, "quarantined", status.quarantined, encodeQuarantined);
    if (status.analysis) out["analysis"] = encodeAnalysis(*status.analysis);
    putList(out, "history", status.history, encodeHistory);
    return out;
}

Status normalised(const Status& status) {
    return decodeStatus(encodeStatus(status));
}

std::string statusBody(const ModelDeployment& object, const Status& status) {
    json body = {{"apiVersion", kApiVersion},
                 {"kind", kKind},
                 {"metadata", {{"name", object.meta.name}, {"namespace", object.meta.ns}}},
                 {"status", encodeStatus(status)}};
    put(body["metadata"], "uid", object.meta.uid);
    put(body["metadata"], "resourceVersion", object.meta.resourceVersion);
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace serin::api
