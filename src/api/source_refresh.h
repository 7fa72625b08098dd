#pragma once

#include <string>

#include "api/observed.h"

namespace serin::api {

// The value of the annotation serin.dev/refresh as far as it is recorded: a change of it asks for a look at
// the source now. Empty where nobody asks.
std::string refreshAsked(const Meta& meta);

}  // namespace serin::api
