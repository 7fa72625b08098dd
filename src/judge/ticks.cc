#include "judge/ticks.h"

#include <algorithm>

#include "base/text.h"
#include "judge/blame_ticks.h"
#include "judge/mean_metric.h"
#include "judge/messages.h"
#include "judge/pod_memory.h"
#include "judge/query_ticks.h"
#include "judge/rate_ticks.h"
#include "judge/reference_ticks.h"
#include "judge/standing.h"
#include "judge/strata.h"

namespace serin::judge {
namespace {

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

PodsTick podsTick(const api::Stratum& stratum, const AttemptMemory& attempt) {
    PodsTick out;
    const auto add = [&](const std::vector<api::PodSample>& arm, std::array<double, kTroubles>& sums,
                         double& watched) {
        for (const api::PodSample& pod : arm) {
            if (!wasReady(attempt, pod.pod)) continue;
            watched += seconds(pod.exposure.count() > 0 ? pod.exposure : stratum.to - stratum.from);
            sums[static_cast<size_t>(Trouble::Restart)] += pod.restarts;
            sums[static_cast<size_t>(Trouble::NotReady)] += seconds(pod.notReady);
            sums[static_cast<size_t>(Trouble::LostScrape)] += pod.lostScrapes;
        }
    };
    add(stratum.canary, out.canary, out.canarySeconds);
    add(stratum.stable, out.stable, out.stableSeconds);
    out.stableScraped = std::any_of(stratum.stable.begin(), stratum.stable.end(),
                                    [](const api::PodSample& pod) { return pod.counted; });
    return out;
}

LookRule lookRuleOf(const api::Analysis& analysis, const AttemptMemory& attempt) {
    return {analysis.interval, attempt.answering};
}

// Why the stratum says nothing about the canary; empty when it does.
std::string missingIn(const api::Stratum& stratum, const Memory& memory, const api::Analysis& analysis) {
    const auto counted = [](const auto& arm) {
        return std::any_of(arm.begin(), arm.end(), [](const api::PodSample& pod) { return pod.counted; });
    };
    const auto answered = [&](const auto& arm) {
        return std::any_of(arm.begin(), arm.end(),
                           [&](const api::PodSample& pod) { return requestsOf(pod, analysis.metrics) > 0; });
    };
    const std::string unread = stratum.troubles.empty() ? "" : " (" + stratum.troubles.front() + ")";
    if (stratum.canary.empty()) return "there is no canary pod to scrape";
    if (!counted(stratum.canary)) return "no counts from the canary's pods" + unread;
    if (!counted(stratum.stable)) return "no counts from the stable version's pods" + unread;
    if (!answered(stratum.canary)) return "no requests reach the canary";
    if (!answered(stratum.stable)) return "no requests reach the stable version";
    for (const MetricMemory& metric : memory.attempt.metrics) {
        if (!metric.definition->guard()) continue;
        // Whether predictions collapsed is told without a profile.
        const std::string trouble = referenceTrouble(memory, *metric.definition);
        if (metric.definition->psi && !trouble.empty()) return trouble;
        const std::string& name = metric.definition->name;
        if (metric.drift->invalid) return noSharedEdge(*metric.definition);
        if (!metric.rate.incomparable.empty()) return cat(name, ": ", metric.rate.incomparable);
        if (!metric.definition->awaited()) continue;
        const std::string unanswered =
            withoutAnswer(stratum, lookRuleOf(analysis, memory.attempt), *metric.definition);
        if (!unanswered.empty()) return cat(name, ": ", unanswered);
    }
    return "";
}

uint64_t canaryRequests(const api::Stratum& stratum, const std::vector<api::Metric>& metrics) {
    uint64_t sum = 0;
    for (const api::PodSample& pod : stratum.canary) sum += requestsOf(pod, metrics);
    return sum;
}

void noteAnswering(const api::Analysis& analysis, const api::Stratum& stratum, AttemptMemory& attempt) {
    if (!attempt.answering && canaryRequests(stratum, analysis.metrics) > 0) attempt.answering = stratum.from;
}

// Every canary pod that takes requests is past its warm-up, and there is one.
bool allWarm(const api::Stratum& stratum, const AttemptMemory& attempt) {
    bool any = false;
    for (const api::PodSample& pod : stratum.canary) {
        if (pod.warm && pod.counted) any = true;
        if (!pod.warm && hasAnswered(attempt, pod.pod)) return false;
    }
    return any;
}

void openStep(AttemptMemory& attempt) {
    for (MetricMemory& metric : attempt.metrics) {
        metric.rate.startStep();
        if (MeanEvidence* mean = metric.mean.ifMade()) mean->startStep();
        if (MeanBlocks* blocks = metric.blocks.ifMade()) blocks->canary = {};
    }
    attempt.pods.startStep();
    attempt.stepOpen = true;
}

void noteUsability(const api::Analysis& analysis, const api::Stratum& stratum, bool inStep, Memory& memory) {
    AttemptMemory& attempt = memory.attempt;
    const std::string missing = missingIn(stratum, memory, analysis);
    if (missing.empty()) ++attempt.strata;
    if (!inStep) return;
    attempt.missing = missing;
    if (missing.empty()) {
        attempt.noDataSince.reset();
        attempt.warm = allWarm(stratum, attempt);
    } else if (!attempt.noDataSince && !analysis.metrics.empty()) {
        attempt.noDataSince = stratum.to;
    }
}

}  // namespace

void countEvaluation(const api::Analysis& analysis, const api::Stratum& stratum, Memory& memory) {
    StableRecord& record = memory.stable;
    const auto counted = [](const api::PodSample& pod) { return pod.counted; };
    if (std::none_of(stratum.stable.begin(), stratum.stable.end(), counted)) return;
    ++record.strata;
    record.seconds += seconds(stratum.to - stratum.from);
    for (const api::PodSample& pod : stratum.stable) record.requests += requestsOf(pod, analysis.metrics);
    for (const api::Metric& metric : analysis.metrics) {
        if ((metric.isRate() && !metric.isQuery()) || metric.isMean()) evaluateRates(stratum, metric, record);
    }
}

void countComparison(const api::Analysis& analysis, const api::Stratum& whole, bool inStep, Memory& memory) {
    AttemptMemory& attempt = memory.attempt;
    if (inStep && !attempt.stepOpen) openStep(attempt);
    const api::Stratum stratum = withoutLateCounts(whole, attempt);
    const PodsTick pods = podsTick(stratum, attempt);  // of pods that were ready before this interval
    notePods(whole, analysis.metrics, attempt);
    noteAnswering(analysis, stratum, attempt);
    const LookRule rule = lookRuleOf(analysis, attempt);
    for (MetricMemory& metric : attempt.metrics) {
        const api::Metric& definition = *metric.definition;
        if (definition.isQuery()) {
            countLooks(stratum, rule, inStep, allWarm(stratum, attempt), metric);
        } else if (definition.isRate()) {
            countBlame(stratum, attempt, metric);
            countRates(stratum, inStep, attempt, memory.stable, metric);
        } else if (inStep && definition.isDrift()) {
            metric.drift.made().add(definition, countsOf(stratum.canary, definition.name),
                                    countsOf(stratum.stable, definition.name),
                                    attemptAlarm(analysis, attempt.number) * driftShare(analysis, definition),
                                    analysis.missedHarm);
        } else if (definition.isMean()) {
            countMean(analysis, stratum, inStep, false, metric);
        }
    }
    if (!analysis.metrics.empty()) attempt.pods.add(pods, seconds(analysis.interval));
    if (inStep) {
        attempt.stepRequests += canaryRequests(stratum, analysis.metrics);
        attempt.stepSeconds += seconds(stratum.to - stratum.from);
    }
    noteUsability(analysis, stratum, inStep, memory);
}

void countSoak(const api::Analysis& analysis, const api::Stratum& whole, Memory& memory) {
    AttemptMemory& attempt = memory.attempt;
    const api::Stratum stratum = withoutLateCounts(whole, attempt);
    notePods(whole, analysis.metrics, attempt);
    noteAnswering(analysis, stratum, attempt);
    const LookRule rule = lookRuleOf(analysis, attempt);
    for (MetricMemory& metric : attempt.metrics) {
        if (metric.definition->isQuery()) {
            countLooks(stratum, rule, false, false, metric);
        } else if (metric.definition->isRate()) {
            countBlame(stratum, attempt, metric);
            countRates(stratum, false, attempt, memory.stable, metric);
        } else if (metric.definition->isMean()) {
            countMean(analysis, stratum, false, true, metric);
        }
    }
    ++attempt.strata;
}

bool newlyLost(const api::Stratum& stratum, const Memory& memory) {
    const auto lostNow = [&](const api::PodSample& pod) {
        return pod.lostScrapes > 0 && !pod.counted && !wasLost(memory.attempt, pod.pod);
    };
    return std::any_of(stratum.stable.begin(), stratum.stable.end(), lostNow) ||
           std::any_of(stratum.canary.begin(), stratum.canary.end(), lostNow);
}

}  // namespace serin::judge
