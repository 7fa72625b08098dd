#include "judge/report.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "judge/blame_messages.h"
#include "judge/effects.h"
#include "judge/feasibility.h"
#include "judge/mean_messages.h"
#include "judge/mean_metric.h"
#include "judge/messages.h"
#include "judge/rate_messages.h"
#include "judge/reference_ticks.h"
#include "judge/standing.h"

namespace serin::judge {
namespace {

using api::Verdict;

// The canary leaves this many questions for its model unanswered before it loses its traffic.
constexpr uint64_t kSilentRounds = 3;
// JSON has no infinity: an e-value of 0 is shown so.
constexpr double kLeastEvidence = -1000;
constexpr double kLongestWait = 1e9;  // seconds that are shown

bool namedInHarm(const AttemptMemory& attempt, const std::string& name) {
    return attempt.harm && std::find(attempt.harmMetrics.begin(), attempt.harmMetrics.end(), name) !=
                               attempt.harmMetrics.end();
}

api::MetricVerdict rateVerdict(const api::Analysis& analysis, const AttemptMemory& attempt,
                               const MetricMemory& metric, double evidence, double threshold) {
    api::MetricVerdict out;
    out.ratioHigh = std::numeric_limits<double>::infinity();
    out.evidence = evidence;
    out.samples = static_cast<uint64_t>(metric.rate.canaryRequests());
    out.message = rateMessage(analysis, attempt, metric);
    const bool judged = attempt.soaking && !metric.rate.rates.empty();  // by a limit, at edges found before
    if (!judged && !metric.rate.incomparable.empty()) {
        out.verdict = Verdict::Invalid;
    } else if (!metric.look->trouble.empty() ||
               (metric.rate.canaryRequests() == 0 && !metric.definition->isDelayed())) {
        out.verdict = Verdict::NoData;
    } else if (!metric.definition->guard() && evidence >= threshold) {
        out.verdict = Verdict::Harm;  // by itself, and of no consequence
    } else if (!attempt.soaking && isSafe(analysis, metric)) {
        out.verdict = Verdict::Safe;
    }
    if (metric.rate.rates.empty()) return out;
    if (blames(analysis, attempt, metric)) out.labels = blamedLabels(metric);
    const auto& [told, edge] = toldOf(metric);
    const OddsProfile::Bounds bounds = told.profile.bounds(attemptAlarm(analysis, attempt.number));
    out.stable = told.seen.stableShare();
    out.canary = metric.definition->isQuery() ? metric.look->value.value_or(0)
                                              : told.harmSeen(*metric.definition).canaryShare();
    out.ratioLow = bounds.low;
    out.ratioHigh = bounds.high;
    out.slowerThan = edge;
    if (!attempt.soaking && out.verdict != Verdict::Safe && !metric.definition->isDelayed()) {
        out.samplesNeeded =
            static_cast<uint64_t>(metric.rate.requestsToSafe(*metric.definition, analysis.missedHarm));
    }
    return out;
}

// By the index and for a collapse together: harm by one is enough, safe takes both.
Verdict driftAnswer(const api::Analysis& analysis, const MetricMemory& metric, double evidence,
                    double threshold) {
    const Verdict byIndex = metric.drift->verdict;
    if (!metric.definition->collapse || byIndex == Verdict::Invalid || byIndex == Verdict::Harm)
        return byIndex;
    if (!metric.definition->guard() && evidence >= threshold) return Verdict::Harm;
    if (isSafe(analysis, metric)) return Verdict::Safe;
    return byIndex == Verdict::Safe ? Verdict::Continue : byIndex;
}

api::MetricVerdict driftVerdict(const api::Analysis& analysis, const Memory& memory,
                                const MetricMemory& metric, double evidence, double threshold) {
    api::MetricVerdict out;
    out.verdict = driftAnswer(analysis, metric, evidence, threshold);
    out.evidence = std::max(evidence, kLeastEvidence);
    out.canary = metric.drift->index();
    out.ratioHigh = std::numeric_limits<double>::infinity();
    out.samples = metric.drift->samples;
    out.samplesNeeded = static_cast<uint64_t>(driftMissing(analysis, metric));
    out.message = driftInFull(analysis, metric) + againstProfile(memory, metric);
    // What was asked cannot be answered in full, however alike the versions are.
    const std::string trouble = referenceTrouble(memory, *metric.definition);
    if (!trouble.empty() && metric.definition->guard() && !metric.definition->psi) {
        out.message += cat("; ", trouble);
    } else if (!trouble.empty() && out.verdict != Verdict::Harm) {
        out.verdict = Verdict::Invalid;
        out.message = trouble;
    }
    out.effects = effectsOf(*metric.drift);
    return out;
}

api::MetricVerdict meanVerdict(const api::Analysis& analysis, const AttemptMemory& attempt,
                               const MetricMemory& metric, double evidence, double threshold) {
    api::MetricVerdict out;
    const MeanEvidence::Block& all = metric.mean->all;
    const bool safe = !attempt.soaking && isSafe(analysis, metric);
    const double blocks = metric.rate.canaryRequests();
    const bool byBlocks = attempt.soaking || all.canary <= 0;  // nothing is compared
    out.ratioHigh = std::numeric_limits<double>::infinity();
    out.evidence = std::max(evidence, kLeastEvidence);
    out.samples = static_cast<uint64_t>(byBlocks ? blocks : all.canary);
    out.canary = byBlocks ? metric.blocks->newest.value_or(0) : all.canaryMean();
    out.stable = all.stableMean();
    out.message = meanMessage(analysis, attempt, metric);
    if (!attempt.soaking && !safe && all.seconds > 0) {
        out.samplesNeeded =
            static_cast<uint64_t>(std::ceil(meanSecondsToSafe(analysis, metric) * all.canary / all.seconds));
    }
    if (blocks <= 0 && (attempt.soaking ? metric.blocks->limits.any() : all.canary <= 0)) {
        out.verdict = Verdict::NoData;
    } else if (!metric.definition->guard() && evidence >= threshold) {
        out.verdict = Verdict::Harm;
    } else if (safe) {
        out.verdict = Verdict::Safe;
    }
    return out;
}

api::MetricVerdict podsVerdict(const PodsEvidence& pods) {
    api::MetricVerdict out;
    out.name = "pods";
    out.evidence = pods.evidence();
    out.ratioHigh = std::numeric_limits<double>::infinity();
    const auto events = [](const TroubleEvidence& trouble) { return trouble.canary > 0; };
    const bool quiet = std::none_of(pods.troubles.begin(), pods.troubles.end(), events);
    out.verdict = quiet ? Verdict::Safe : Verdict::Continue;
    out.message = podsMessage(pods);
    return out;
}

void noteTime(const api::Analysis& analysis, const AttemptMemory& attempt, const MetricMemory& metric,
              api::MetricVerdict& out) {
    const bool ofMean = metric.definition->isMean() && !attempt.soaking && out.verdict != Verdict::Safe;
    const double seconds =
        ofMean ? meanSecondsToSafe(analysis, metric)
               : secondsFor(analysis, attempt, metric, static_cast<double>(out.samplesNeeded));
    out.secondsNeeded = static_cast<uint64_t>(std::min(std::ceil(seconds), kLongestWait));
}

std::vector<api::MetricVerdict> metricVerdicts(const api::Analysis& analysis, const Memory& memory,
                                               const Standing& standing) {
    const AttemptMemory& attempt = memory.attempt;
    std::vector<api::MetricVerdict> out;
    out.reserve(attempt.metrics.size() + 1);
    for (size_t i = 0; i < attempt.metrics.size(); ++i) {
        const MetricMemory& metric = attempt.metrics[i];
        if (attempt.soaking && metric.definition->isDrift()) continue;
        if (metric.definition->isRate()) {
            out.push_back(rateVerdict(analysis, attempt, metric, standing.evidence[i], standing.threshold));
        } else if (metric.definition->isDrift()) {
            out.push_back(driftVerdict(analysis, memory, metric, standing.evidence[i], standing.threshold));
        } else {
            out.push_back(meanVerdict(analysis, attempt, metric, standing.evidence[i], standing.threshold));
        }
        out.back().name = metric.definition->name;
        noteTime(analysis, attempt, metric, out.back());
        out.back().guard = metric.definition->guard();
        out.back().awaited = metric.definition->awaited();
    }
    if (!attempt.soaking && !attempt.metrics.empty()) out.push_back(podsVerdict(attempt.pods));
    for (api::MetricVerdict& verdict : out) {
        if (namedInHarm(attempt, verdict.name)) verdict.verdict = Verdict::Harm;
    }
    return out;
}

Verdict overall(const api::Judgement& judgement) {
    if (judgement.harm) return Verdict::Harm;
    for (const api::MetricVerdict& metric : judgement.metrics) {
        if (metric.guard && metric.verdict == Verdict::Invalid) return Verdict::Invalid;
    }
    if (judgement.noDataSince) return Verdict::NoData;
    return judgement.safe && judgement.order.mode == api::JudgeMode::Compare ? Verdict::Safe
                                                                             : Verdict::Continue;
}

std::string headlineOf(const AttemptMemory& attempt, const api::Judgement& judgement) {
    if (judgement.harm) return attempt.harmHeadline;
    if (judgement.starved) {
        return cat("the canary answers nothing: ", attempt.silentRounds,
                   " questions in a row for its model timed out on every ready pod");
    }
    if (judgement.noDataSince) return judgement.holding;
    std::string first;
    for (const api::MetricVerdict& metric : judgement.metrics) {
        if (metric.name == "pods" && metric.verdict == Verdict::Safe) continue;
        if (metric.awaited && metric.verdict != Verdict::Safe) return metric.message;
        if (first.empty()) first = metric.message;
    }
    return first;
}

void reportAttempt(const api::Analysis& analysis, const Memory& memory, api::Judgement& out) {
    const AttemptMemory& attempt = memory.attempt;
    const Standing standing = standingOf(analysis, attempt);
    out.harm = attempt.harm;
    out.calm = attempt.soaking || standing.calm;
    out.safe = !attempt.harm && standing.safe;
    out.warm = attempt.soaking || analysis.metrics.empty() || attempt.warm;
    out.starved = attempt.silentRounds >= kSilentRounds;
    out.canaryRequestsInStep = attempt.stepRequests;
    out.noDataSince = attempt.noDataSince;
    out.evidence = standing.mean;
    // With more pods than groups a group is not one pod.
    const bool known = standing.onePodOnly && attempt.groupsMade <= attempt.groupNames.size();
    if (known && !attempt.harm) out.suspect = attempt.groupNames[standing.strongest];
    out.metrics = metricVerdicts(analysis, memory, standing);
    out.holding = holdingMessage(analysis, attempt, standing);
    out.verdict = overall(out);
    out.headline = headlineOf(attempt, out);
}

}  // namespace

api::Judgement reportOf(const api::Analysis& analysis, const Memory& memory) {
    api::Judgement out;
    out.order = memory.order;
    out.at = memory.at;
    if (memory.order.mode == api::JudgeMode::Compare || memory.order.afterPromotion())
        reportAttempt(analysis, memory, out);
    const bool rests =
        memory.order.mode == api::JudgeMode::Off || memory.order.mode == api::JudgeMode::Record;
    if (!memory.attempt.soaking && !rests) {
        out.warning = feasibilityWarning(analysis, memory.stable);
    }
    if (memory.order.mode != api::JudgeMode::Off) out.dataDrift = dataDriftOf(analysis, memory);
    if (!memory.scraped) out.unreachable = memory.troubles;
    return out;
}

}  // namespace serin::judge
