#include "judge/query_messages.h"

#include "base/text.h"
#include "judge/messages.h"
#include "judge/number_messages.h"
#include "judge/standing.h"

namespace serin::judge {
namespace {

std::string howOften(const AttemptMemory& attempt, const MetricMemory& metric) {
    return howOftenBeyond(attempt, metric, metric.definition->query.limits(), "look");
}

// Of a delayed query.
std::string firstLook(const api::Analysis& analysis, const api::Metric& metric) {
    return cat("the first one does when the version has answered requests for ",
               formatDuration(metric.query.delay + analysis.interval));
}

}  // namespace

std::string looksInWords(const AttemptMemory& attempt, const MetricMemory& metric) {
    return cat(metric.definition->name, " is ", humanNumber(metric.look->value.value_or(0)), ", ",
               howOften(attempt, metric));
}

std::string queryMessage(const api::Analysis& analysis, const AttemptMemory& attempt,
                         const MetricMemory& metric) {
    const std::string& name = metric.definition->name;
    const bool looked = metric.rate.canaryRequests() > 0;
    const bool early = !looked && metric.definition->isDelayed();
    if (!metric.look->trouble.empty()) {
        return cat(name, ": ", metric.look->trouble,
                   looked  ? cat("; before that ", howOften(attempt, metric))
                   : early ? cat("; no look counts yet, ", firstLook(analysis, *metric.definition))
                           : "");
    }
    if (early) return cat("no look at ", name, " counts yet, ", firstLook(analysis, *metric.definition));
    if (!looked) {
        return cat("no look at ", name,
                   " yet; one counts once the canary has answered requests for an interval");
    }
    const std::string out = looksInWords(attempt, metric);
    if (attempt.soaking || metric.definition->isDelayed()) return out;
    if (isSafe(analysis, metric)) return cat(out, ", safe: in fewer than half of them");
    const double needed = metric.rate.requestsToSafe(*metric.definition, analysis.missedHarm);
    if (needed <= 0) return out;
    return cat(out, ", about ", humanNumber(needed), needed == 1 ? " more look" : " more looks",
               timeNote(analysis, attempt, metric, needed), " to call it safe");
}

}  // namespace serin::judge
