#include "judge/messages.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"

namespace serin::judge {
namespace {

bool isErrors(const api::Metric& metric) {
    return metric.kind == api::MetricKind::ErrorRate;
}

double share(double bad, double total) {
    return total > 0 ? bad / total : 0;
}

std::string counted(double count, const std::string& thing) {
    return cat(humanNumber(count), " ", thing, count == 1 ? "" : "s");
}

// A regression that set in with the present step shows more in the step's own numbers.
bool stepSaysMore(const AttemptMemory& attempt, const MetricMemory& metric) {
    const HarmMixture& harm = metric.errors.harm;
    if (!attempt.stepOpen || harm.opened < 2) return false;
    return combinedHarm(metric.definition, metric.errors.step) >
           combinedHarm(metric.definition, harm.starts.front());
}

std::string rates(const AttemptMemory& attempt, const MetricMemory& metric) {
    if (attempt.soaking) {
        const Past& seen = metric.errors.seen;
        return cat("errs ", humanPercent(share(seen.canaryBad, seen.canary)), " after promotion, limit ",
                   humanPercent(metric.soakLimit));
    }
    const bool step = attempt.harm && stepSaysMore(attempt, metric);
    const Past& seen = step ? metric.errors.step.past : metric.errors.seen;
    return cat("canary errs ", humanPercent(share(seen.canaryBad, seen.canary)), " against ",
               humanPercent(share(seen.stableBad, seen.stable)), step ? " in this step" : "");
}

// "odds ratio at least 3.2 at 99 %", or the absolute limit that was passed.
std::string harmDetail(const api::Analysis& analysis, const AttemptMemory& attempt,
                       const MetricMemory& metric) {
    if (attempt.soaking) return "";
    const double alarm = attemptAlarm(analysis, attempt.number);
    const OddsProfile::Bounds bounds = metric.errors.profile.bounds(alarm);
    if (metric.definition.worseOddsRatio && bounds.low > 1) {
        return cat(", odds ratio at least ", humanNumber(bounds.low), " at ", humanNumber(100 * (1 - alarm)),
                   " %");
    }
    const Past& seen = metric.errors.seen;
    if (metric.definition.max && share(seen.canaryBad, seen.canary) > *metric.definition.max) {
        return cat(", above the limit ", humanPercent(*metric.definition.max));
    }
    return "";
}

std::string onePodNote(const AttemptMemory& attempt, const Standing& standing) {
    return !attempt.soaking && standing.podsWithRequests == 1 ? " (one pod)" : "";
}

// ln of each metric's part in the weighted mean; the last one is the pods'.
std::vector<double> parts(const AttemptMemory& attempt, const Standing& standing) {
    std::vector<double> out;
    for (size_t i = 0; i < attempt.metrics.size(); ++i) {
        const api::Metric& metric = attempt.metrics[i].definition;
        out.push_back(isErrors(metric) ? std::log(metric.weight) + standing.evidence[i]
                                       : -std::numeric_limits<double>::infinity());
    }
    out.push_back(attempt.soaking ? -std::numeric_limits<double>::infinity() : standing.pods);
    return out;
}

}  // namespace

std::string humanSeconds(double seconds) {
    if (seconds < 100) return cat(humanNumber(std::round(seconds)), " s");
    if (seconds < 100 * 60) return cat(humanNumber(std::round(seconds / 60)), " min");
    if (seconds < 48 * 3600) return cat(humanNumber(std::round(seconds / 360) / 10), " h");
    return cat(humanNumber(std::round(seconds / 86400)), " days");
}

std::string errorMessage(const api::Analysis& analysis, const AttemptMemory& attempt,
                         const MetricMemory& metric) {
    if (attempt.soaking && metric.soakLimit == 0) return "no record of the old version to limit it by";
    if (metric.errors.seen.canary == 0) return "no canary requests yet";
    std::string out = rates(attempt, metric);
    if (attempt.soaking) return out;
    const std::string detail = harmDetail(analysis, attempt, metric);
    if (!detail.empty()) return out + detail;
    if (isSafe(analysis, metric)) {
        if (metric.definition.worseOddsRatio || !metric.definition.max) {
            return cat(out, ", safe: within ", humanNumber(metric.definition.safeOddsRatio),
                       "-fold of stable or ", humanNumber(100 * metric.definition.safeDifference),
                       metric.definition.safeDifference == .01 ? " percentage point" : " percentage points");
        }
        return cat(out, ", safe: below ", humanPercent(*metric.definition.max));
    }
    const double needed = requestsToSafe(metric.definition, metric.errors.safe, analysis.missedHarm);
    if (needed > 0) out += cat(", about ", humanNumber(needed), " more canary requests to call it safe");
    return out;
}

std::string driftMessage(const api::Analysis&, const MetricMemory& metric) {
    const DriftEvidence& drift = metric.drift;
    const std::string& name = metric.definition.name;
    if (drift.invalid) return cat(name, ": the versions' histograms share no bucket edge");
    if (drift.canary.total() == 0) return cat("no observations of ", name, " from the canary yet");
    if (drift.stable.total() == 0) return cat("no observations of ", name, " from the stable version yet");
    const std::string psi = cat("drift of ", name, ": PSI ", humanNumber(drift.index()));
    if (!metric.definition.psi) return psi;
    const std::string limit = humanNumber(*metric.definition.psi);
    if (drift.verdict == api::Verdict::Harm) return cat(psi, " > ", limit);
    if (drift.verdict == api::Verdict::Safe) return cat(psi, ", safely below ", limit);
    const double missing = drift.missing(metric.definition);
    if (missing > 0) {
        return cat(psi, " so far (limit ", limit, "), about ", humanNumber(missing),
                   " more observations to judge");
    }
    return cat(psi, ", not yet clear of the limit ", limit);
}

std::string podsMessage(const PodsEvidence& pods) {
    const auto& [restarts, notReady, lost] = pods.troubles;
    if (restarts.canary + notReady.canary + lost.canary == 0) {
        return "no restarts, lost readiness or lost scrapes of canary pods";
    }
    return cat("canary pods: ", counted(restarts.canary, "restart"), " against ",
               humanNumber(restarts.stable), ", ", counted(notReady.canary, "interval"),
               " not ready against ", humanNumber(notReady.stable), ", ", counted(lost.canary, "lost scrape"),
               " against ", humanNumber(lost.stable));
}

std::vector<std::string> harmMetrics(const api::Analysis&, const AttemptMemory& attempt,
                                     const Standing& standing) {
    std::vector<std::string> out;
    for (const MetricMemory& metric : attempt.metrics) {
        if (!attempt.soaking && !isErrors(metric.definition) && metric.definition.guard() &&
            metric.drift.verdict == api::Verdict::Harm) {
            out.push_back(metric.definition.name);
        }
    }
    if (standing.mean < standing.threshold || standing.onePodOnly) return out;
    const std::vector<double> all = parts(attempt, standing);
    const auto top = static_cast<size_t>(std::max_element(all.begin(), all.end()) - all.begin());
    for (size_t i = 0; i < all.size(); ++i) {
        const bool alone = i < standing.evidence.size()
                               ? standing.evidence[i] >= standing.threshold
                               : standing.pods >= standing.threshold && !attempt.soaking;
        if (i == top || alone) {
            out.push_back(i < attempt.metrics.size() ? attempt.metrics[i].definition.name : "pods");
        }
    }
    return out;
}

std::string harmHeadline(const api::Analysis& analysis, const AttemptMemory& attempt,
                         const Standing& standing) {
    std::vector<std::string> out;
    for (const std::string& name : harmMetrics(analysis, attempt, standing)) {
        const auto metric = std::find_if(attempt.metrics.begin(), attempt.metrics.end(),
                                         [&](const MetricMemory& m) { return m.definition.name == name; });
        if (metric == attempt.metrics.end()) {
            out.push_back(podsMessage(attempt.pods));
        } else if (isErrors(metric->definition)) {
            out.push_back(rates(attempt, *metric) + harmDetail(analysis, attempt, *metric) +
                          onePodNote(attempt, standing));
        } else {
            out.push_back(driftMessage(analysis, *metric));
        }
    }
    return join(out, "; ");
}

std::string holdingMessage(const api::Analysis& analysis, const AttemptMemory& attempt,
                           const Standing& standing) {
    if (attempt.soaking || attempt.harm || analysis.metrics.empty()) return "";
    if (attempt.noDataSince) return attempt.missing;
    if (!attempt.stepOpen) return "";
    if (standing.onePodOnly) {
        return cat("only ", attempt.groupNames[standing.strongest],
                   " errs: one pod of several condemns no version; look at that pod and its node");
    }
    const auto wanted = static_cast<uint64_t>(std::max<int64_t>(0, analysis.minRequests));
    if (attempt.stepRequests < wanted) {
        return cat("waiting for ", wanted - attempt.stepRequests, " more canary requests in this step");
    }
    for (const MetricMemory& metric : attempt.metrics) {
        if (!metric.definition.guard() || isSafe(analysis, metric)) continue;
        const double needed = isErrors(metric.definition)
                                  ? requestsToSafe(metric.definition, metric.errors.safe, analysis.missedHarm)
                                  : metric.drift.missing(metric.definition);
        if (needed > 0) {
            return cat("waiting for ", humanNumber(needed), " more canary ",
                       isErrors(metric.definition) ? "requests" : "observations", " to call ",
                       metric.definition.name, " safe");
        }
        if (!isErrors(metric.definition)) return driftMessage(analysis, metric);
    }
    return "";
}

}  // namespace serin::judge
