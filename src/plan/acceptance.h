#pragma once

#include <string>

#include "plan/draft.h"

namespace serin::plan {

// Whether the spec can be carried out, and if not, why: a rule that only code can check, a template that the
// API server refused, a name that is taken.
struct Acceptance {
    bool accepted = true;
    std::string reason = "Accepted";
    std::string message;
};

Acceptance accept(const Draft& draft);

}  // namespace serin::plan
