#pragma once

#include <optional>
#include <string>

#include "api/status_limits.h"
#include "judge/memory.h"

namespace serin::judge {

// The persisted memory: a text with its format's version, at most kMostState characters. What does not fit is
// left out in this order: the unfinished interval and where bad events come from, the evidence that leaves
// pods out, the windows that are compared with a profile, the histograms of the present step.
constexpr size_t kMostState = api::kLongestState - 100;  // which is room for the book that stands before it

std::string encodeState(const Memory& memory);
// Without that bound: nothing is left out.
std::string encodeWhole(const Memory& memory);

// Nothing for a text of another format or a broken one.
std::optional<Memory> decodeState(const std::string& text);

}  // namespace serin::judge
