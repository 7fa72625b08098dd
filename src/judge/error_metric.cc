#include "judge/error_metric.h"

#include <algorithm>
#include <cmath>

#include "judge/log_math.h"

namespace serin::judge {
namespace {

// What the tick looks like without one group's pods.
ArmTotals leavingOut(const ErrorTick& tick, size_t group) {
    std::vector<PodCounts> rest;
    for (size_t i = 0; i < tick.canary.size(); ++i) {
        if (tick.groups[i] != group) rest.push_back(tick.canary[i]);
    }
    return totalsOf(rest, false);
}

}  // namespace

void ErrorEvidence::startStep() {
    harm.open();
    step = {};
    for (WithoutGroup& group : without) group.step = {};
}

void ErrorEvidence::add(const api::Metric& metric, const ErrorTick& tick) {
    const ArmTotals canary = totalsOf(tick.canary, false);
    const ArmTotals stable = totalsOf(tick.stable, false);
    const Table all = tableOf(canary, stable);
    // Until now a new group had no part in anything: without it the evidence was what it is. Where the groups
    // were not persisted, nobody knows what it was.
    const bool forgotten = without.empty() && seen.canary > 0;
    while (without.size() < tick.groupCount) {
        const bool known = !forgotten && !harm.starts.empty();
        without.push_back({{}, known ? harm.starts.front() : HarmEvidence{}, known ? step : HarmEvidence{}});
    }
    const HarmTick full(metric, all, tick.temper);
    harm.add(full);
    if (tick.inStep) step.add(full);
    for (size_t group = 0; group < without.size(); ++group) {
        const ArmTotals others = leavingOut(tick, group);
        const HarmTick rest =
            others.total == canary.total ? full : HarmTick(metric, tableOf(others, stable), tick.temper);
        without[group].attempt.add(rest);
        if (tick.inStep) without[group].step.add(rest);
        without[group].seen.canary += static_cast<double>(canary.total - others.total);
        without[group].seen.canaryBad += static_cast<double>(canary.bad - others.bad);
    }
    safe.add(metric, tableOf(totalsOf(tick.canary, true), totalsOf(tick.stable, true)));
    if (stable.total > 0 && canary.bad + stable.bad > 0) profile.add(ConditionalTable(all), tick.temper);
    seen.add(all);
}

double ErrorEvidence::evidenceWithout(const api::Metric& metric, size_t group) const {
    if (group >= without.size()) return evidence(metric);
    const auto half = [&](double attempt, double last) { return logAddExp(attempt, last) - std::log(2.0); };
    const HarmEvidence& a = without[group].attempt;
    const HarmEvidence& s = without[group].step;
    return combinedHarm(metric, half(a.logOdds(), s.logOdds()), half(a.byDifference, s.byDifference),
                        half(a.logLimit(), s.logLimit()));
}

}  // namespace serin::judge
