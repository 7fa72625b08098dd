#include "judge/mean_messages.h"

#include <cmath>

#include "base/text.h"
#include "judge/mean_metric.h"
#include "judge/messages.h"
#include "judge/number_messages.h"
#include "judge/standing.h"

namespace serin::judge {
namespace {

std::string against(double canary, double stable) {
    if (stable <= 0) return cat(" against ", humanNumber(stable));
    return cat(" against ", humanNumber(stable), " (", canary < stable ? "-" : "+",
               humanPercent(std::abs(canary - stable) / stable), ")");
}

// "mean order-value of the canary is 18.2 against 24.5 (-25.7 %)". With `newest` the canary's is that of its
// newest block.
std::string bothMeans(const MetricMemory& metric, bool newest) {
    const MeanEvidence::Block& all = metric.mean->all;
    const bool ofAll = all.canary > 0 && !(newest && metric.blocks->newest);
    const double canary = ofAll ? all.canaryMean() : metric.blocks->newest.value_or(0);
    return cat("mean ", metric.definition->name, " of the canary is ", humanNumber(canary),
               newest ? " in the newest block" : "", all.stable > 0 ? against(canary, all.stableMean()) : "");
}

// "mean order-value is 18.2, below 22.1 in 9 of 10 blocks after promotion (the old version's was 24.5)".
std::string afterPromotion(const AttemptMemory& attempt, const MetricMemory& metric) {
    const MeanBlocks& blocks = *metric.blocks;
    const bool byRecord = blocks.limits != metric.definition->meanLimits;
    return cat("mean ", metric.definition->name, " is ", humanNumber(blocks.newest.value_or(0)), ", ",
               howOftenBeyond(attempt, metric, blocks.limits, "block"),
               byRecord ? cat(" (the old version's was ", humanNumber(blocks.stableMeans.mean), ")") : "");
}

std::string whyUnlimited(const MetricMemory& metric) {
    const std::string& name = metric.definition->name;
    const Moments& known = metric.blocks->stableMeans;
    if (known.count == 0) return cat("no limit for ", name, ": no record of the old version to limit it by");
    if (known.count < kLeastBlocks) {
        return cat("no limit for ", name, ": the old version was observed in ", known.count,
                   known.count == 1 ? " block" : " blocks", " of the rollout, and it takes ", kLeastBlocks);
    }
    return cat("no limit for ", name, ": the old version's mean was ", humanNumber(known.mean),
               ", and its blocks differ so much that no limit above 0 is left");
}

std::string safeMessage(const api::Metric& metric) {
    const std::string within = cat("not worse by ", humanPercent(metric.safeChange));
    const char* good = "in fewer than half of them";
    if (!metric.worseChange) return cat(", safe: ", good);
    return metric.meanLimits.any() ? cat(", safe: ", good, ", and ", within) : cat(", safe: ", within);
}

}  // namespace

std::string meanInWords(const AttemptMemory& attempt, const MetricMemory& metric) {
    if (attempt.soaking) return afterPromotion(attempt, metric);
    const api::Metric& definition = *metric.definition;
    if (limitSaysMore(metric)) {
        return cat(bothMeans(metric, saysPart(attempt, metric)), ", ",
                   howOftenBeyond(attempt, metric, definition.meanLimits, "block"));
    }
    return cat(bothMeans(metric, false), ", worse by more than ",
               humanPercent(definition.worseChange.value_or(0)));
}

std::string meanMessage(const api::Analysis& analysis, const AttemptMemory& attempt,
                        const MetricMemory& metric) {
    const api::Metric& definition = *metric.definition;
    const bool counted = metric.rate.canaryRequests() > 0;
    if (attempt.soaking) {
        if (!metric.blocks->limits.any()) return whyUnlimited(metric);
        return counted ? afterPromotion(attempt, metric)
                       : cat("no complete block of ", definition.name, " after promotion yet");
    }
    if (metric.mean->all.canary <= 0 && !counted) {
        return cat("no observations of ", definition.mean.count, " from warm canary pods yet");
    }
    if (metric.mean->all.stable <= 0 && definition.worseChange) {
        return cat("no observations of ", definition.mean.count, " from the stable version yet");
    }
    std::string out = bothMeans(metric, counted && saysPart(attempt, metric));
    if (counted) out += cat(", ", howOftenBeyond(attempt, metric, definition.meanLimits, "block"));
    if (isSafe(analysis, metric)) return out + safeMessage(definition);
    const double missing = meanSecondsToSafe(analysis, metric);
    return missing > 0 ? cat(out, ", about ", humanSeconds(missing), " more to judge") : out;
}

}  // namespace serin::judge
