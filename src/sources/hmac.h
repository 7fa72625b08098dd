#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace serin::sources {

// HMAC-SHA256 (RFC 2104), 32 bytes as they are.
std::string hmacSha256(std::string_view key, std::string_view text);

// The bytes as lower-case hexadecimal digits.
std::string hexOf(std::string_view bytes);

// RFC 4648 section 4, in one line, with padding.
std::string base64Of(std::string_view bytes);

// The bytes of such a text; nothing where it is none.
std::optional<std::string> bytesOfBase64(std::string_view text);

}  // namespace serin::sources
