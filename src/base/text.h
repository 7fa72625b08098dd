#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace serin {

// Joins text parts: cat("step ", step, " of ", "3"). Parts are string-like or integers.
namespace detail {
inline void append(std::string& out, std::string_view part) {
    out += part;
}
inline void append(std::string& out, char part) {
    out += part;
}
template <typename Int>
requires std::is_integral_v<Int>
void append(std::string& out, Int part) {
    out += std::to_string(part);
}
}  // namespace detail

template <typename... Parts>
std::string cat(const Parts&... parts) {
    std::string out;
    (detail::append(out, parts), ...);
    return out;
}

std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);
std::string withoutTrailing(std::string text, char unwanted);
// Whether it is one word of printable ASCII, as tokens, URLs and names in headers have to be: not empty, and
// without a blank.
bool isVisible(std::string_view text);
// The bytes as lower-case hexadecimal digits.
std::string hexOf(std::string_view bytes);
// With ? in place of every control character but line breaks, so that a text from elsewhere does no more to a
// terminal than stand there.
std::string withoutControls(std::string text);
// Of the letters A to Z alone, whatever the locale.
std::string lowerCase(std::string_view text);

// A number for people: three significant digits, no exponent between 0.001 and 1e6 ("0.0412", "3.2", "5120").
std::string humanNumber(double value);
// A share for people: 0.041 is "4.1 %".
std::string humanPercent(double share);

}  // namespace serin
