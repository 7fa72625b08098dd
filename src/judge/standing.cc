#include "judge/standing.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "judge/log_math.h"
#include "judge/mean_metric.h"
#include "judge/soak.h"

namespace serin::judge {
namespace {

constexpr double kPodsWeight = 1;

// Of all that may decide, drift Guards included.
double weightOfAll(const api::Analysis& analysis, bool soaking) {
    double sum = soaking ? 0 : kPodsWeight;
    for (const api::Metric& metric : analysis.metrics) {
        if (metric.guard() && !(metric.isDrift() && soaking)) sum += metric.weight;
    }
    return sum;
}

// ln of what the evidence of harm has to reach. A soak has half of the chance of a false alarm, for its
// limits have the other half; a watch has it for all its looks.
double threshold(const api::Analysis& analysis, const AttemptMemory& attempt) {
    const double alarm = std::log(attemptAlarm(analysis, attempt.number));
    if (attempt.watching) return std::log(watchedLooks(analysis)) - alarm;
    return (attempt.soaking ? std::log(2.0) : 0) - alarm;
}

// ln of the weighted mean, given ln E of each metric that weighs; drift Guards count 0.
double weightedMean(const api::Analysis& analysis, const AttemptMemory& attempt,
                    const std::function<double(const MetricMemory&)>& evidence) {
    std::vector<double> logs;
    for (const MetricMemory& metric : attempt.metrics) {
        const api::Metric& definition = *metric.definition;
        const double weight = weightInMean(definition, attempt.soaking);
        if (weight > 0) logs.push_back(std::log(weight) + evidence(metric));
    }
    if (!attempt.soaking) logs.push_back(std::log(kPodsWeight) + attempt.pods.evidence());
    const double all = weightOfAll(analysis, attempt.soaking);
    return all > 0 && !logs.empty() ? logSumExp(logs) - std::log(all) : 0;
}

double harmEvidence(const MetricMemory& metric) {
    if (metric.definition->isDrift())
        return metric.definition->collapse ? metric.drift->collapse->evidence() : 0;
    return metric.definition->isMean() ? meanHarm(metric) : metric.rate.evidence(*metric.definition);
}

double stepEvidence(const MetricMemory& metric) {
    if (metric.definition->isDrift()) return metric.drift->collapse->stepEvidence();
    return metric.definition->isMean() ? meanStepHarm(metric) : metric.rate.stepEvidence(*metric.definition);
}

// A regression of the version shows on every pod; a broken node on one. So harm by errors or latency must
// hold without the strongest pod too, by a tenth.
void leaveOneOut(const api::Analysis& analysis, const AttemptMemory& attempt, Standing& standing) {
    std::vector<bool> answered(attempt.groupNames.size(), false);
    for (const MetricMemory& metric : attempt.metrics) {
        if (metric.rate.rates.empty()) continue;
        const std::vector<WithoutGroup>& without = metric.rate.rates.front().without;
        for (size_t i = 0; i < without.size() && i < answered.size(); ++i) {
            if (without[i].seen.canary > 0) answered[i] = true;
        }
    }
    standing.podsWithRequests = static_cast<size_t>(std::count(answered.begin(), answered.end(), true));
    standing.meanWithout = standing.mean;
    if (standing.podsWithRequests < 2) return;
    for (size_t group = 0; group < answered.size(); ++group) {
        if (!answered[group]) continue;
        const double mean = weightedMean(analysis, attempt, [&](const MetricMemory& metric) {
            return metric.definition->isRate() ? metric.rate.evidenceWithout(*metric.definition, group)
                                               : harmEvidence(metric);
        });
        if (mean < standing.meanWithout) {
            standing.meanWithout = mean;
            standing.strongest = group;
        }
    }
}

}  // namespace

double attemptAlarm(const api::Analysis& analysis, int attempt) {
    return analysis.falseAlarm * std::ldexp(1.0, 1 - std::max(1, attempt));
}

double weightInMean(const api::Metric& metric, bool soaking) {
    if (!metric.guard() || (soaking && metric.isDrift())) return 0;
    if (!metric.isDrift()) return metric.weight;
    return metric.collapse ? metric.weight * (metric.psi ? 0.5 : 1) : 0;
}

bool isSafe(const api::Analysis& analysis, const MetricMemory& metric) {
    const double proof = -std::log(analysis.missedHarm);
    if (metric.definition->isDrift()) {
        return (!metric.definition->psi || metric.drift->verdict == api::Verdict::Safe) &&
               (!metric.definition->collapse || metric.drift->collapse->safeEvidence() >= proof);
    }
    if (metric.definition->isMean()) return meanSafety(metric) >= proof;
    return metric.rate.incomparable.empty() && metric.rate.safeEvidence(*metric.definition) >= proof;
}

double driftShare(const api::Analysis& analysis, const api::Metric& metric) {
    if (!metric.guard()) return 1;  // what decides nothing takes nothing from the others
    const double byIndex = metric.isDrift() && metric.psi && metric.collapse ? 0.5 : 1;
    return byIndex * metric.weight / weightOfAll(analysis, false);
}

Standing standingOf(const api::Analysis& analysis, const AttemptMemory& attempt) {
    Standing out;
    out.threshold = threshold(analysis, attempt);
    if (analysis.metrics.empty()) return out;
    bool driftHarm = false;
    for (const MetricMemory& metric : attempt.metrics) {
        const api::Metric& definition = *metric.definition;
        const bool drift = definition.isDrift();
        out.evidence.push_back(harmEvidence(metric));
        if (attempt.soaking || !definition.awaited()) continue;
        if (drift) driftHarm = driftHarm || metric.drift->verdict == api::Verdict::Harm;
        // The last step's own strata must not speak against the canary (equal to 1 without any error).
        const bool quietStep = stepEvidence(metric) <= 1e-12;
        out.safe = out.safe && isSafe(analysis, metric) && quietStep;
    }
    out.pods = attempt.pods.evidence();
    out.mean = weightedMean(analysis, attempt, harmEvidence);
    leaveOneOut(analysis, attempt, out);
    const bool passed = out.mean >= out.threshold;
    // One pod of an attempt is spared; what is worse on another one after that counts.
    out.onePodOnly = passed && attempt.without.empty() && out.meanWithout < out.threshold - std::log(10.0);
    out.harm = driftHarm || (passed && !out.onePodOnly);
    out.calm = !driftHarm && out.mean < std::log(0.1 / analysis.falseAlarm);
    out.safe = out.safe && out.calm && (attempt.soaking || (attempt.stepOpen && !attempt.noDataSince));
    return out;
}

}  // namespace serin::judge
