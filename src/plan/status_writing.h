#pragma once

#include <string_view>

#include "plan/draft.h"

namespace serin::plan {

// Equal when every run of digits counts as one and the same number.
bool sameButNumbers(std::string_view a, std::string_view b);

// The status differs from what is recorded by more than counts of pods, shares and the numbers in messages.
bool changedInSubstance(const Draft& draft);

// Puts the status into the plan if it has to be written. While a rollout lives, mere counts wait for the next
// change of substance, but not longer than a minute: each pod that comes up would be a write of its own.
void writeStatus(Draft& draft);

}  // namespace serin::plan
