#include "judge/messages.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "judge/blame_messages.h"
#include "judge/collapse_messages.h"
#include "judge/effects.h"
#include "judge/mean_messages.h"
#include "judge/rate_messages.h"

namespace serin::judge {
namespace {

std::string counted(double count, const std::string& thing) {
    return cat(humanNumber(count), " ", thing, count == 1 ? "" : "s");
}

std::string onePodNote(const AttemptMemory& attempt, const Standing& standing) {
    return !attempt.soaking && standing.podsWithRequests == 1 ? " (one pod)" : "";
}

std::string mostMoved(const DriftEvidence& drift) {
    const auto moved = drift.mostMoved();
    if (!moved || drift.index() <= 0) return "";
    return cat(", most by class \"", moved->name, "\" (", humanPercent(moved->canary), " against ",
               humanPercent(moved->stable), ")");
}

// ln of each metric's part in the weighted mean; the last one is the pods'.
std::vector<double> parts(const AttemptMemory& attempt, const Standing& standing) {
    std::vector<double> out;
    for (size_t i = 0; i < attempt.metrics.size(); ++i) {
        const api::Metric& metric = *attempt.metrics[i].definition;
        const double weight = weightInMean(metric, attempt.soaking);
        out.push_back(weight > 0 ? std::log(weight) + standing.evidence[i]
                                 : -std::numeric_limits<double>::infinity());
    }
    out.push_back(attempt.soaking ? -std::numeric_limits<double>::infinity() : standing.pods);
    return out;
}

}  // namespace

const char* whatItCounts(const api::Metric& metric) {
    if (metric.kind == api::MetricKind::Share) return "events";
    if (metric.isQuery()) return "looks";
    return metric.isRate() ? "requests" : "observations";
}

std::string humanSeconds(double seconds) {
    if (seconds < 100) return cat(humanNumber(std::round(seconds)), " s");
    if (seconds < 100 * 60) return cat(humanNumber(std::round(seconds / 60)), " min");
    if (seconds < 48 * 3600) return cat(humanNumber(std::round(seconds / 360) / 10), " h");
    return cat(humanNumber(std::round(seconds / 86400)), " days");
}

double secondsFor(const api::Analysis& analysis, const AttemptMemory& attempt, const MetricMemory& metric,
                  double samples) {
    if (metric.definition->isQuery())
        return samples * std::chrono::duration<double>(analysis.interval).count();
    const double seen = metric.definition->isDrift() ? static_cast<double>(metric.drift->canary.total())
                        : metric.rate.rates.empty()  ? 0
                                                     : metric.rate.rates.front().step.past.canary;
    return seen > 0 ? samples * attempt.stepSeconds / seen : 0;
}

std::string timeNote(const api::Analysis& analysis, const AttemptMemory& attempt, const MetricMemory& metric,
                     double samples) {
    const double seconds = secondsFor(analysis, attempt, metric, samples);
    return seconds > 0 ? cat(" (", humanSeconds(seconds), ")") : "";
}

namespace {

// The index, against its limit where it has one. There must be data.
std::string indexMessage(const MetricMemory& metric) {
    const DriftEvidence& drift = *metric.drift;
    const std::string& name = metric.definition->name;
    const std::string psi = cat("drift of ", name, ": PSI ", humanNumber(drift.index()));
    const std::string moved = mostMoved(drift);
    if (!metric.definition->psi) return psi + moved;
    const std::string limit = humanNumber(*metric.definition->psi);
    if (drift.verdict == api::Verdict::Harm) return cat(psi, " > ", limit, moved);
    if (drift.verdict == api::Verdict::Safe) return cat(psi, ", safely below ", limit, moved);
    const double missing = drift.missing(*metric.definition);
    if (missing > 0) {
        return cat(psi, " so far (limit ", limit, "), about ", humanNumber(missing),
                   " more observations to judge");
    }
    return cat(psi, ", not yet clear of the limit ", limit, moved);
}

}  // namespace

std::string noSharedEdge(const api::Metric& metric) {
    const char* undecided = !metric.guard() ? ""
                            : metric.psi    ? ", or state role: Observe"
                                            : ", or state drift.collapse: Ignore or role: Observe";
    return cat(metric.name, ": the versions' histograms share no bucket edge; give both the same buckets",
               undecided);
}

std::string driftMessage(const api::Analysis& analysis, const MetricMemory& metric) {
    const DriftEvidence& drift = *metric.drift;
    const std::string& name = metric.definition->name;
    if (drift.invalid) return noSharedEdge(*metric.definition);
    const std::string note = collapseNote(analysis, metric);
    if (drift.canary.total() == 0) return cat("no observations of ", name, " from the canary yet", note);
    if (drift.stable.total() == 0) return cat("no observations of ", name, " from the stable version yet");
    const bool collapsed =
        metric.definition->collapse && drift.collapse->evidence() >= -std::log(analysis.falseAlarm);
    return collapsed ? cat(collapseInWords(metric), "; ", indexMessage(metric)) : indexMessage(metric) + note;
}

double driftMissing(const api::Analysis& analysis, const MetricMemory& metric) {
    const double byIndex = metric.drift->missing(*metric.definition);
    if (!metric.definition->collapse) return byIndex;
    const bool classes = !metric.definition->byLabel.empty();
    return std::max(byIndex, metric.drift->collapse->missing(classes, analysis.missedHarm));
}

std::string driftInFull(const api::Analysis& analysis, const MetricMemory& metric) {
    const DriftEvidence& drift = *metric.drift;
    std::string out = driftMessage(analysis, metric);
    if (drift.invalid || drift.canary.total() == 0 || drift.stable.total() == 0) return out;
    const std::map<std::string, double> effects = effectsOf(drift);
    if (const auto variation = effects.find("totalVariation"); variation != effects.end()) {
        out += cat(", total variation ", humanPercent(variation->second));
    }
    if (drift.verdict != api::Verdict::Harm && drift.equality.most >= -std::log(analysis.falseAlarm)) {
        out += "; the distributions do differ, by how much is what counts";
    }
    return out;
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
        if (!attempt.soaking && metric.definition->isDrift() && metric.definition->guard() &&
            metric.drift->verdict == api::Verdict::Harm) {
            out.push_back(metric.definition->name);
        }
    }
    if (standing.mean < standing.threshold || standing.onePodOnly) return out;
    const std::vector<double> all = parts(attempt, standing);
    const auto top = static_cast<size_t>(std::max_element(all.begin(), all.end()) - all.begin());
    for (size_t i = 0; i < all.size(); ++i) {
        const bool alone = i < standing.evidence.size()
                               ? standing.evidence[i] >= standing.threshold &&
                                     weightInMean(*attempt.metrics[i].definition, attempt.soaking) > 0
                               : standing.pods >= standing.threshold && !attempt.soaking;
        if (i != top && !alone) continue;
        const std::string name = i < attempt.metrics.size() ? attempt.metrics[i].definition->name : "pods";
        if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
    }
    return out;
}

std::string harmHeadline(const api::Analysis& analysis, const AttemptMemory& attempt,
                         const Standing& standing) {
    std::vector<std::string> out;
    for (const std::string& name : harmMetrics(analysis, attempt, standing)) {
        const auto metric = std::find_if(attempt.metrics.begin(), attempt.metrics.end(),
                                         [&](const MetricMemory& m) { return m.definition->name == name; });
        if (metric == attempt.metrics.end()) {
            out.push_back(podsMessage(attempt.pods));
        } else if (metric->definition->isRate()) {
            const bool ofPods = !metric->definition->isQuery();
            out.push_back(ratesInWords(analysis, attempt, *metric) +
                          (ofPods ? onePodNote(attempt, standing) : "") + blameNote(*metric));
        } else if (metric->definition->isDrift()) {
            const bool byIndex = metric->drift->verdict == api::Verdict::Harm;
            out.push_back(byIndex ? driftMessage(analysis, *metric) : collapseInWords(*metric));
        } else {
            out.push_back(meanInWords(attempt, *metric));
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
                   " is worse: one pod of several condemns no version; look at that pod and its node");
    }
    const auto wanted = static_cast<uint64_t>(std::max<int64_t>(0, analysis.minRequests));
    if (attempt.stepRequests < wanted) {
        return cat("waiting for ", wanted - attempt.stepRequests, " more canary requests in this step");
    }
    for (const MetricMemory& metric : attempt.metrics) {
        if (!metric.definition->awaited() || isSafe(analysis, metric)) continue;
        if (metric.definition->isMean()) return meanMessage(analysis, attempt, metric);
        const double needed = metric.definition->isRate()
                                  ? metric.rate.requestsToSafe(*metric.definition, analysis.missedHarm)
                                  : driftMissing(analysis, metric);
        if (needed > 0) {
            return cat("waiting for ", humanNumber(needed),
                       metric.definition->isQuery() ? " more " : " more canary ",
                       whatItCounts(*metric.definition), timeNote(analysis, attempt, metric, needed),
                       " to call ", metric.definition->name, " safe");
        }
        if (!metric.definition->isRate()) return driftMessage(analysis, metric);
    }
    return "";
}

}  // namespace serin::judge
