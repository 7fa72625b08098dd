#include "judge/rate_evidence.h"

#include <algorithm>
#include <cmath>

namespace serin::judge {
namespace {

struct Totals {
    uint64_t total = 0;
    uint64_t bad = 0;
};

// Requests of the pods that `counts` accepts.
template <typename Counts>
Totals totalsOf(const std::vector<PodRequests>& pods, Counts counts) {
    Totals out;
    for (const PodRequests& pod : pods) {
        if (!counts(pod)) continue;
        out.total += pod.total;
        out.bad += std::min(pod.bad, pod.total);
    }
    return out;
}

Table tableOf(const Totals& canary, const Totals& stable) {
    return {canary.total, canary.bad, stable.total, stable.bad};
}

bool everyPod(const PodRequests&) {
    return true;
}
bool settledOnly(const PodRequests& pod) {
    return pod.settled;
}

HarmMixture anew(const HarmMixture& known) {
    HarmMixture out;
    out.detects = known.detects;
    return out;
}

// Evidence in a watch up to which there is none of harm. Of looks and blocks, each of which says little,
// the starts before the last few have some at all times: e^0.96 together where all are good.
double noneOf(const api::Metric& metric) {
    return metric.isQuery() || metric.isMean() ? std::log(10.0) : 0;
}

// The metric as this rate is judged: during a soak only against the rate's own limit.
api::Metric judgedAs(const api::Metric& metric, const std::optional<double>& soakLimit) {
    api::Metric out = metric;
    if (!soakLimit) return out;
    out.worseOddsRatio.reset();
    out.max.reset();
    if (*soakLimit > 0) out.max = soakLimit;
    return out;
}

}  // namespace

RateTick RateTick::ofVersion(bool bad, bool settled, bool inStep) {
    RateTick out;
    out.inStep = inStep;
    out.canary.push_back({1, bad ? 1U : 0U, settled, kNoGroup});
    return out;
}

void RateEvidence::startSoak(double limit) {
    *this = {};
    soakLimit = limit;
}

void RateEvidence::startWatch() {
    const std::optional<double> limit = soakLimit;
    startSoak(limit.value_or(0));
    harm.detects = true;
}

const Past& RateEvidence::harmSeen(const api::Metric& metric) const {
    return harm.detects && evidence(metric) > noneOf(metric) ? step.past : seen;
}

// What pods did that are gone by the time that harm begins speaks neither for it nor against it.
void RateEvidence::forgetSeen() {
    step.past = {};
    for (WithoutGroup& group : without) group.seen = {};
}

void RateEvidence::startStep() {
    harm.open();
    step = {};
    for (WithoutGroup& group : without) group.harm.open();
}

void RateEvidence::add(const api::Metric& definition, const RateTick& tick) {
    const api::Metric metric = judgedAs(definition, soakLimit);
    const Totals canary = totalsOf(tick.canary, everyPod);
    const Totals stable = totalsOf(tick.stable, everyPod);
    const Table all = tableOf(canary, stable);
    // Until now a new group had no part in anything: without it the evidence was what it is. Where the groups
    // were not persisted, nobody knows what it was.
    const bool forgotten = without.empty() && seen.canary > 0;
    while (without.size() < tick.groupCount) without.push_back({{}, forgotten ? anew(harm) : harm});
    const HarmTick full(metric, all, tick.temper);
    if (harm.detects) {
        if (evidence(definition) <= noneOf(definition)) forgetSeen();
        step.past.add(all);
    }
    harm.add(full);
    if (tick.inStep) step.add(full);
    for (size_t group = 0; group < without.size(); ++group) {
        const Totals others =
            totalsOf(tick.canary, [&](const PodRequests& pod) { return pod.group != group; });
        without[group].harm.add(
            others.total == canary.total ? full : HarmTick(metric, tableOf(others, stable), tick.temper));
        without[group].seen.canary += static_cast<double>(canary.total - others.total);
        without[group].seen.canaryBad += static_cast<double>(canary.bad - others.bad);
    }
    safe.add(metric, tableOf(totalsOf(tick.canary, settledOnly), totalsOf(tick.stable, settledOnly)));
    if (tick.profiled && stable.total > 0 && canary.bad + stable.bad > 0) {
        profile.add(ConditionalTable(all), tick.temper);
    }
    seen.add(all);
}

double RateEvidence::evidence(const api::Metric& metric) const {
    return harm.evidence(judgedAs(metric, soakLimit));
}

double RateEvidence::stepEvidence(const api::Metric& metric) const {
    return combinedHarm(judgedAs(metric, soakLimit), step);
}

double RateEvidence::evidenceWithout(const api::Metric& metric, size_t group) const {
    return group < without.size() ? without[group].harm.evidence(judgedAs(metric, soakLimit))
                                  : evidence(metric);
}

}  // namespace serin::judge
