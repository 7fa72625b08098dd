#pragma once

#include <string>
#include <string_view>

namespace serin {

// SHA-256 of the bytes, as 64 lower-case hexadecimal digits.
std::string sha256Hex(std::string_view bytes);

// The first 50 bits of the SHA-256 as ten characters of "0123456789abcdefghjkmnpqrstvwxyz" (Crockford's
// alphabet, lower case): a DNS label part that is short, and has no look-alike letters.
std::string shortDigest(std::string_view bytes);

}  // namespace serin
