#include "judge/rate_messages.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "judge/blame_messages.h"
#include "judge/limit_words.h"
#include "judge/messages.h"
#include "judge/query_messages.h"
#include "judge/standing.h"

namespace serin::judge {
namespace {

std::string ofLate(const api::Metric& metric, const Past& seen) {
    return cat(" of late (", humanNumber(seen.canary), " ", whatItCounts(metric), ")");
}

const Past& seenAfterPromotion(const AttemptMemory& attempt, const api::Metric& metric,
                               const RateEvidence& rate) {
    return lateSaysMore(attempt, metric, rate) ? rate.harm.spread.past : rate.harmSeen(metric);
}

std::string afterPromotion(const AttemptMemory& attempt, const api::Metric& metric, const Told& told) {
    const Past& seen = seenAfterPromotion(attempt, metric, told.rate);
    const bool late = &seen != &told.rate.seen;
    const std::string rateNow = humanPercent(seen.canaryShare());
    const std::string what =
        told.edge ? cat(rateNow, " of the requests take longer than ", humanNumber(*told.edge), " s")
        : metric.limitForm.min
            ? cat("of the share ", metric.name, ' ', goodPercent(1 - seen.canaryShare()), " are good")
        : metric.kind == api::MetricKind::Share ? cat("the share ", metric.name, " is ", rateNow)
                                                : cat("errs ", rateNow);
    const std::string when = late ? ofLate(metric, seen) : " after promotion";
    return cat(what, when, ", ", limitAfterPromotion(metric, told.rate.soakLimit.value_or(0)));
}

// The strata that say most of harm that was found; else all of the attempt.
const Past& telling(const AttemptMemory& attempt, const api::Metric& metric, const RateEvidence& rate) {
    if (lateSaysMore(attempt, metric, rate)) return rate.harm.spread.past;
    return attempt.harm && stepSaysMore(attempt, metric, rate) ? rate.step.past : rate.seen;
}

std::string comparison(const AttemptMemory& attempt, const api::Metric& metric, const Told& told) {
    const Past& seen = telling(attempt, metric, told.rate);
    const std::string canary = humanPercent(seen.canaryShare());
    const std::string stable = humanPercent(seen.stableShare());
    const std::string when = &seen == &told.rate.harm.spread.past ? ofLate(metric, seen)
                             : &seen == &told.rate.step.past      ? " in this step"
                                                                  : "";
    if (metric.limitForm.min) {
        return cat("share ", metric.name, " of the canary: ", goodPercent(1 - seen.canaryShare()),
                   " are good against ", goodPercent(1 - seen.stableShare()), when);
    }
    if (metric.kind == api::MetricKind::Share) {
        return cat("share ", metric.name, " of the canary is ", canary, " against ", stable, when);
    }
    if (!told.edge) return cat("canary errs ", canary, " against ", stable, when);
    return cat(canary, " of the canary's requests take longer than ", humanNumber(*told.edge), " s, against ",
               stable, " of stable's", when);
}

// "odds ratio at least 3.2 at 99 %", or the absolute limit that was passed.
std::string harmDetail(const api::Analysis& analysis, const AttemptMemory& attempt, const api::Metric& metric,
                       const RateEvidence& rate) {
    const double alarm = attemptAlarm(analysis, attempt.number);
    const OddsProfile::Bounds bounds = rate.profile.bounds(alarm);
    if (metric.worseOddsRatio && bounds.low > 1) {
        return cat(", odds ratio ", metric.limitForm.min ? "of the others " : "", "at least ",
                   humanNumber(bounds.low), " at ", humanNumber(100 * (1 - alarm)), " %");
    }
    const double share = telling(attempt, metric, rate).canaryShare();
    if (metric.max && share > *metric.max) return cat(", ", beyondLimit(metric, share));
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
    if (!metric.worseOddsRatio && metric.max) return cat(", safe: ", withinLimit(metric));
    return cat(", safe: within ", humanNumber(metric.safeOddsRatio), "-fold of stable or ",
               humanNumber(100 * metric.safeDifference),
               metric.safeDifference == .01 ? " percentage point" : " percentage points",
               metric.kind == api::MetricKind::Latency ? " at every edge" : "");
}

}  // namespace

bool stepSaysMore(const AttemptMemory& attempt, const api::Metric& metric, const RateEvidence& rate) {
    if (!attempt.stepOpen || rate.harm.opened < 2) return false;
    return rate.stepEvidence(metric) > rate.evidence(metric);
}

bool lateSaysMore(const AttemptMemory& attempt, const api::Metric& metric, const RateEvidence& rate) {
    if (!attempt.harm || rate.harm.detects) return false;
    const Past& late = rate.harm.spread.past;
    const Past& all = attempt.soaking ? rate.seen : rate.step.past;
    return late.canary > 0 && late.canary < all.canary &&
           rate.evidence(metric) > std::max(0.0, rate.stepEvidence(metric));
}

Told toldOf(const MetricMemory& metric) {
    const size_t index = metric.rate.telling(*metric.definition);
    std::optional<double> edge;
    if (!metric.rate.edges.empty()) edge = metric.rate.edges[index] * metric.definition->unitSeconds;
    return {metric.rate.rates[index], edge};
}

std::string ratesInWords(const api::Analysis& analysis, const AttemptMemory& attempt,
                         const MetricMemory& metric) {
    if (metric.definition->isQuery()) return looksInWords(attempt, metric);
    const Told told = toldOf(metric);
    if (attempt.soaking) return afterPromotion(attempt, *metric.definition, told);
    return cat(comparison(attempt, *metric.definition, told),
               harmDetail(analysis, attempt, *metric.definition, told.rate), loadNote(metric.rate.load));
}

bool blames(const api::Analysis& analysis, const AttemptMemory& attempt, const MetricMemory& metric) {
    if (metric.blame.rows.empty() || metric.rate.rates.empty()) return false;
    const Told told = toldOf(metric);
    const auto& condemned = attempt.harmMetrics;
    if (std::ranges::find(condemned, metric.definition->name) != condemned.end()) return true;
    if (metric.rate.evidence(*metric.definition) >= -std::log(attemptAlarm(analysis, attempt.number)))
        return true;
    if (!attempt.soaking) return !harmDetail(analysis, attempt, *metric.definition, told.rate).empty();
    const double limit = told.rate.soakLimit.value_or(0);
    return limit > 0 && seenAfterPromotion(attempt, *metric.definition, told.rate).canaryShare() > limit;
}

std::string rateMessage(const api::Analysis& analysis, const AttemptMemory& attempt,
                        const MetricMemory& metric) {
    const api::Metric& definition = *metric.definition;
    if (definition.isQuery()) return queryMessage(analysis, attempt, metric);
    const bool latency = definition.kind == api::MetricKind::Latency;
    const bool share = definition.kind == api::MetricKind::Share;
    const auto limited = [](const RateEvidence& rate) { return rate.soakLimit.value_or(0) > 0; };
    if (!metric.rate.incomparable.empty()) return cat(definition.name, ": ", metric.rate.incomparable);
    if (attempt.soaking && std::none_of(metric.rate.rates.begin(), metric.rate.rates.end(), limited)) {
        return "no record of the old version to limit it by";
    }
    if (metric.rate.canaryRequests() == 0) {
        if (latency) return cat("no observations of ", definition.histogram, " from warm canary pods yet");
        return share ? cat("no events of ", definition.share.total, " from the canary yet")
                     : "no canary requests yet";
    }
    const Told told = toldOf(metric);
    const std::string blame = blames(analysis, attempt, metric) ? blameNote(metric) : "";
    if (attempt.soaking) return afterPromotion(attempt, definition, told) + blame;
    const std::string detail = harmDetail(analysis, attempt, definition, told.rate);
    const std::string out = cat(comparison(attempt, definition, told), detail, loadNote(metric.rate.load));
    if (!detail.empty() || !blame.empty()) return out + blame;
    if (isSafe(analysis, metric)) return out + safeMessage(definition);
    const double needed = metric.rate.requestsToSafe(definition, analysis.missedHarm);
    if (needed <= 0) return out;
    return cat(out, ", about ", humanNumber(needed), " more canary ", whatItCounts(definition),
               timeNote(analysis, attempt, metric, needed), " to call it safe");
}

}  // namespace serin::judge
