#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "judge/recorded_calls.h"
#include "judge/rehearsal.h"

namespace serin::judge {

// Fewer pods can hardly be dealt otherwise than they were.
constexpr size_t kLeastPodsDealt = 3;

// What the judge says of a recorded comparison of one version with itself when its pods are dealt anew to
// both arms.
struct DealtRehearsal {
    size_t pods = 0;       // that there were to deal
    size_t splits = 0;     // deals, each drawn anew
    size_t different = 0;  // of them, as they are told apart by who was a canary when
    size_t alarms = 0;     // in which the canary is taken back
    std::vector<Moment>
        safe;  // first moment at which every Guard was safe, ascending, of those that came to it
};

// Deals `splits` times, with lots that follow from `seed`. Nothing where fewer than kLeastPodsDealt pods were
// seen.
std::optional<DealtRehearsal> rehearseDealt(const RecordedCalls& calls, size_t splits, uint64_t seed);

}  // namespace serin::judge
