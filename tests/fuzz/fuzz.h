#pragma once

#include <string_view>

namespace serin::fuzz {

// What a target does with one input; entry.cc calls it. A crash, a sanitizer's report or a broken property
// ends the process, and libFuzzer keeps the input.
void one(std::string_view input);

// Ends the process when the property does not hold.
void require(bool holds, const char* property);

}  // namespace serin::fuzz
