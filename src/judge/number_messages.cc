#include "judge/number_messages.h"

#include "base/text.h"
#include "judge/rate_messages.h"

namespace serin::judge {
namespace {

std::string beyond(const api::NumberLimits& limits) {
    if (!limits.max) return cat("below ", humanNumber(limits.min.value_or(0)));
    if (!limits.min) return cat("above ", humanNumber(*limits.max));
    return cat("outside of ", humanNumber(*limits.min), " to ", humanNumber(*limits.max));
}

}  // namespace

std::string howOftenBeyond(const AttemptMemory& attempt, const MetricMemory& metric,
                           const api::NumberLimits& limits, const std::string& thing) {
    const RateEvidence& rate = metric.rate.rates.front();
    const bool grew = lateSaysMore(attempt, metric.definition, rate);
    const bool step =
        !grew && !attempt.soaking && attempt.harm && stepSaysMore(attempt, metric.definition, rate);
    const Past& seen = grew              ? rate.harm.spread.past
                       : attempt.soaking ? rate.harmSeen(metric.definition)
                       : step            ? rate.step.past
                                         : rate.seen;
    const bool late = grew || (attempt.soaking && &seen != &rate.seen);
    const char* when = step ? " in this step" : late ? " of late" : attempt.soaking ? " after promotion" : "";
    return cat(beyond(limits), " in ", seen.canaryBad > 0 ? humanNumber(seen.canaryBad) : "none", " of ",
               humanNumber(seen.canary), " ", thing, seen.canary == 1 ? "" : "s", when);
}

}  // namespace serin::judge
