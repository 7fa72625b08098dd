#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "api/judgement.h"
#include "rivals.h"
#include "row.h"

namespace serin::calibration {

// When what was first said in one rollout; seconds since the canary's first request.
struct Outcome {
    std::optional<double> harm;    // take it back
    std::optional<double> safe;    // promotion may go on
    std::optional<double> proven;  // every metric is SAFE, whatever else promotion waits for
    std::array<std::optional<double>, kRivals> rivals;
};

// Plays one rollout through the judge: three intervals of stable alone, then the canary's looks.
Outcome play(const Row& row, Question question, bool rivals, uint64_t seed);

// The same, and every judgement is shown until `seen` is content.
void watch(const Row& row, uint64_t seed,
           const std::function<bool(const api::Judgement& judgement, double second)>& seen);

}  // namespace serin::calibration
