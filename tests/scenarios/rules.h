#pragma once

#include <string>
#include <vector>

#include "api/observed.h"
#include "api/plan.h"

namespace serin::scenarios {

// What every plan must keep to, whatever the scenario: the sentences that say what this one breaks. The
// numbers in them are those of the invariants that are checked on the whole controller too.
std::vector<std::string> brokenRules(const api::Observed& seen, const api::Plan& plan);

}  // namespace serin::scenarios
