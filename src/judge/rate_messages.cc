#include "judge/rate_messages.h"

#include <algorithm>

#include "base/text.h"
#include "judge/latency_arm.h"
#include "judge/standing.h"

namespace serin::judge {
namespace {

double share(double bad, double total) {
    return total > 0 ? bad / total : 0;
}

const RateEvidence& told(const MetricMemory& metric) {
    return metric.rate.rates[metric.rate.telling(metric.definition)];
}

// A regression that set in with the present step shows more in the step's own numbers.
bool stepSaysMore(const AttemptMemory& attempt, const MetricMemory& metric) {
    const RateEvidence& rate = told(metric);
    if (!attempt.stepOpen || rate.harm.opened < 2) return false;
    return rate.stepEvidence(metric.definition) > rate.evidence(metric.definition);
}

std::string afterPromotion(const MetricMemory& metric) {
    const RateEvidence& rate = told(metric);
    const std::string rateNow = humanPercent(share(rate.seen.canaryBad, rate.seen.canary));
    const std::optional<double> edge = toldEdge(metric);
    const std::string what =
        edge ? cat(rateNow, " of the requests take longer than ", humanNumber(*edge), " s")
             : cat("errs ", rateNow);
    return cat(what, " after promotion, limit ", humanPercent(rate.soakLimit.value_or(0)));
}

std::string comparison(const AttemptMemory& attempt, const MetricMemory& metric) {
    const RateEvidence& rate = told(metric);
    const bool step = attempt.harm && stepSaysMore(attempt, metric);
    const Past& seen = step ? rate.step.past : rate.seen;
    const std::string canary = humanPercent(share(seen.canaryBad, seen.canary));
    const std::string stable = humanPercent(share(seen.stableBad, seen.stable));
    const std::string when = step ? " in this step" : "";
    const std::optional<double> edge = toldEdge(metric);
    if (!edge) return cat("canary errs ", canary, " against ", stable, when);
    return cat(canary, " of the canary's requests take longer than ", humanNumber(*edge), " s, against ",
               stable, " of stable's", when);
}

// "odds ratio at least 3.2 at 99 %", or the absolute limit that was passed.
std::string harmDetail(const api::Analysis& analysis, const AttemptMemory& attempt,
                       const MetricMemory& metric) {
    const RateEvidence& rate = told(metric);
    const double alarm = attemptAlarm(analysis, attempt.number);
    const OddsProfile::Bounds bounds = rate.profile.bounds(alarm);
    if (metric.definition.worseOddsRatio && bounds.low > 1) {
        return cat(", odds ratio at least ", humanNumber(bounds.low), " at ", humanNumber(100 * (1 - alarm)),
                   " %");
    }
    if (metric.definition.max && share(rate.seen.canaryBad, rate.seen.canary) > *metric.definition.max) {
        return cat(", above the limit ", humanPercent(*metric.definition.max));
    }
    return "";
}

// More requests a pod make any version slower: said where the arms' pods carry unlike loads.
std::string loadNote(const Load& load) {
    if (load.canarySeconds <= 0 || load.stableSeconds <= 0) return "";
    const double canary = load.canary / load.canarySeconds;
    const double stable = load.stable / load.stableSeconds;
    if (std::max(canary, stable) <= 1.2 * std::min(canary, stable)) return "";
    return cat(" (a canary pod answers ", humanNumber(canary), " requests/s, a stable one ",
               humanNumber(stable), ")");
}

std::string safeMessage(const api::Metric& metric) {
    if (!metric.worseOddsRatio && metric.max) return cat(", safe: below ", humanPercent(*metric.max));
    return cat(", safe: within ", humanNumber(metric.safeOddsRatio), "-fold of stable or ",
               humanNumber(100 * metric.safeDifference),
               metric.safeDifference == .01 ? " percentage point" : " percentage points",
               metric.kind == api::MetricKind::Latency ? " at every edge" : "");
}

}  // namespace

std::optional<double> toldEdge(const MetricMemory& metric) {
    if (metric.rate.edges.empty()) return std::nullopt;
    return metric.rate.edges[metric.rate.telling(metric.definition)] *
           secondsPerUnit(metric.definition.histogram);
}

std::string ratesInWords(const api::Analysis& analysis, const AttemptMemory& attempt,
                         const MetricMemory& metric) {
    if (attempt.soaking) return afterPromotion(metric);
    return cat(comparison(attempt, metric), harmDetail(analysis, attempt, metric),
               loadNote(metric.rate.load));
}

std::string rateMessage(const api::Analysis& analysis, const AttemptMemory& attempt,
                        const MetricMemory& metric) {
    const api::Metric& definition = metric.definition;
    const bool latency = definition.kind == api::MetricKind::Latency;
    const auto limited = [](const RateEvidence& rate) { return rate.soakLimit.value_or(0) > 0; };
    if (attempt.soaking && std::none_of(metric.rate.rates.begin(), metric.rate.rates.end(), limited)) {
        return "no record of the old version to limit it by";
    }
    if (!metric.rate.incomparable.empty()) return cat(definition.name, ": ", metric.rate.incomparable);
    if (metric.rate.canaryRequests() == 0) {
        return latency ? cat("no observations of ", definition.histogram, " from warm canary pods yet")
                       : "no canary requests yet";
    }
    const std::string out = ratesInWords(analysis, attempt, metric);
    if (attempt.soaking || !harmDetail(analysis, attempt, metric).empty()) return out;
    if (isSafe(analysis, metric)) return out + safeMessage(definition);
    const double needed = metric.rate.requestsToSafe(definition, analysis.missedHarm);
    if (needed <= 0) return out;
    return cat(out, ", about ", humanNumber(needed), " more canary requests to call it safe");
}

}  // namespace serin::judge
