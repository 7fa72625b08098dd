#pragma once

#include "judge/state_fields.h"

// The members of what a recording has beside the judge's state, in the order of the text. A change of any of
// them is a change of the format: raise the number of kRecordingFormat. That of Metric, JudgeOrder or Stratum
// is one too.
namespace serin::api {

template <typename Archive, PersistedAs<ConfigMapKey> T>
void fields(Archive& a, T& v) {
    a(v.configMap, v.key);
}
template <typename Archive, PersistedAs<BurnRate> T>
void fields(Archive& a, T& v) {
    a(v.objective, v.max);
}
template <typename Archive, PersistedAs<LimitForm> T>
void fields(Archive& a, T& v) {
    a(v.min, v.quantile, v.burnRate);
}
// What the judge's state has of a metric, and after all of them what it does not have. How far back a record
// goes, and of what it is, are none of the judge's business: it is told what to compare with.
template <typename Archive, PersistedAs<Analysis> T>
void fields(Archive& a, T& v) {
    a(v.interval, v.warmUp, v.deadline, v.onInconclusive, v.holdAtMost, v.minRequests, v.falseAlarm,
      v.missedHarm, v.watchFor, v.dryRun, v.reference, v.onDataDrift, v.metrics);
    for (auto& metric : v.metrics) a(metric.referenceFeature, metric.referencePsi, metric.limitForm);
}
template <typename Archive, PersistedAs<Profile> T>
void fields(Archive& a, T& v) {
    a(v.features, v.digest);
}
template <typename Archive, PersistedAs<Past> T>
void fields(Archive& a, T& v) {
    a(v.hours, v.young, v.refused);
}
template <typename Archive, PersistedAs<Reference> T>
void fields(Archive& a, T& v) {
    a(v.profile, v.trouble, v.past);
}
template <typename Archive, PersistedAs<DataDrift> T>
void fields(Archive& a, T& v) {
    a(v.state, v.metric, v.psi, v.trouble, v.recording, v.message);
}
template <typename Archive, PersistedAs<BlamedLabel> T>
void fields(Archive& a, T& v) {
    a(v.label, v.value, v.canary, v.stable);
}
template <typename Archive, PersistedAs<MetricVerdict> T>
void fields(Archive& a, T& v) {
    a(v.name, v.guard, v.verdict, v.stable, v.canary, v.slowerThan, v.ratioLow, v.ratioHigh, v.samples,
      v.samplesNeeded, v.secondsNeeded, v.evidence, v.message, v.effects, v.labels);
}
// All but the state, which is a text already.
template <typename Archive, PersistedAs<Judgement> T>
void fields(Archive& a, T& v) {
    a(v.order, v.at, v.verdict, v.harm, v.calm, v.safe, v.warm, v.starved, v.canaryRequestsInStep,
      v.noDataSince, v.holding, v.headline, v.warning, v.suspect, v.unreachable, v.metrics, v.dataDrift,
      v.evidence);
}

}  // namespace serin::api
