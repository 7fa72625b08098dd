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

// The events that say most, and when they were.
struct Telling {
    const Past& seen;
    const char* when;
};

Telling tellingOf(const AttemptMemory& attempt, const MetricMemory& metric) {
    const RateEvidence& rate = metric.rate.rates.front();
    if (lateSaysMore(attempt, *metric.definition, rate)) return {rate.harm.spread.past, " of late"};
    if (attempt.soaking) {
        const Past& seen = rate.harmSeen(*metric.definition);
        return {seen, &seen == &rate.seen ? " after promotion" : " of late"};
    }
    if (attempt.harm && stepSaysMore(attempt, *metric.definition, rate))
        return {rate.step.past, " in this step"};
    return {rate.seen, ""};
}

}  // namespace

bool saysPart(const AttemptMemory& attempt, const MetricMemory& metric) {
    return &tellingOf(attempt, metric).seen != &metric.rate.rates.front().seen;
}

std::string howOftenBeyond(const AttemptMemory& attempt, const MetricMemory& metric,
                           const api::NumberLimits& limits, const std::string& thing) {
    const auto [seen, when] = tellingOf(attempt, metric);
    return cat(beyond(limits), " in ", seen.canaryBad > 0 ? humanNumber(seen.canaryBad) : "none", " of ",
               humanNumber(seen.canary), " ", thing, seen.canary == 1 ? "" : "s", when);
}

}  // namespace serin::judge
