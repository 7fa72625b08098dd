#pragma once

#include <optional>
#include <string>

#include "api/spec.h"
#include "judge/memory.h"

namespace serin::judge {

// What is told of a metric made of rates: the one of its rates that says most.
struct Told {
    const RateEvidence& rate;
    std::optional<double> edge;  // of a latency, in seconds
};
// Goes through the evidence of all rates. There must be one; valid as long as `metric` is.
Told toldOf(const MetricMemory& metric);

// A regression that set in with the present step shows more in the step's own numbers.
bool stepSaysMore(const AttemptMemory& attempt, const api::Metric& metric, const RateEvidence& rate);
// One that set in within the present step, or within the soak, shows most in the strata since then, which are
// the `past` of the evidence's spread. Only of harm that was found.
bool lateSaysMore(const AttemptMemory& attempt, const api::Metric& metric, const RateEvidence& rate);

// Both arms' rates in words, and what makes them worse than allowed where something does: "canary errs 4.1 %
// against 0.9 %, odds ratio at least 3.2 at 99 %", "4.1 % of the canary's requests take longer than 0.25 s,
// against 0.9 % of stable's"; of a query what its looks saw. There must be data.
std::string ratesInWords(const api::Analysis& analysis, const AttemptMemory& attempt,
                         const MetricMemory& metric);

// Whether the canary is worse by this metric, beyond chance or beyond a limit and whatever comes of it, and
// labels tell where its bad events come from.
bool blames(const api::Analysis& analysis, const AttemptMemory& attempt, const MetricMemory& metric);

// One metric made of rates in words: the same, where the bad events come from (judge/blame_messages.h) if it
// is worse, and whether it is safe or what is still missing.
std::string rateMessage(const api::Analysis& analysis, const AttemptMemory& attempt,
                        const MetricMemory& metric);

}  // namespace serin::judge
