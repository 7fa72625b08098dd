#pragma once

#include <string>

#include "api/spec.h"
#include "judge/memory.h"

namespace serin::judge {

// Of the means of a metric of kind Mean, by what there is most evidence of harm: "mean order-value of the
// canary is 18.2 against 24.5 (-25.7 %), worse by more than 5.0 %", "…, below 20 in 9 of 10 blocks".
std::string meanInWords(const AttemptMemory& attempt, const MetricMemory& metric);

// The same as it stands, with how long it takes to call it safe, or that it is; after promotion also why
// nothing limits it.
std::string meanMessage(const api::Analysis& analysis, const AttemptMemory& attempt,
                        const MetricMemory& metric);

}  // namespace serin::judge
