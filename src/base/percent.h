#pragma once

#include <string>
#include <string_view>

namespace serin {

// RFC 3986's unreserved characters, but letters and digits, which are never encoded.
inline constexpr std::string_view kUnreserved = "-._~";

// Percent-encodes everything but ASCII letters, digits and `plain`.
std::string percentEncode(std::string_view text, std::string_view plain = kUnreserved);

}  // namespace serin
