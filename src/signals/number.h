#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace serin::signals {

// A number as the exposition formats write it: decimal, with exponent, "+Inf", "-Inf" or "NaN" in any case.
// Absent when the text is anything else, out of a double's range included.
std::optional<double> parseNumber(std::string_view text);

// The shortest text that parseNumber() reads back as the same double.
std::string numberText(double value);

}  // namespace serin::signals
