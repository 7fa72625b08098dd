#pragma once

#include <string>

#include "plan/acceptance.h"
#include "plan/draft.h"

namespace serin::plan {

// The word people see in the Phase column: "Stable", "Evaluating", "Step 1/3: Judging", "RolledBack" …
std::string phaseText(const Draft& draft);

// The sentence people see in the Message column: what happens now and why, or what they can do.
std::string messageText(const Draft& draft, const Acceptance& acceptance);

// The revision of the spec is quarantined and nobody asked for a retry.
bool heldByQuarantine(const Draft& draft);

}  // namespace serin::plan
