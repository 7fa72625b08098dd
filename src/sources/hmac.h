#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace serin::sources {

// HMAC-SHA256 (RFC 2104), 32 bytes as they are.
std::string hmacSha256(std::string_view key, std::string_view text);

// The bytes of a text in base64 (RFC 4648 section 4), in one line, with padding; nothing where it is none.
std::optional<std::string> bytesOfBase64(std::string_view text);

// A digest of so many bytes that stands in base64, in lower-case hexadecimal digits; empty where the text is
// none.
std::string hexOfBase64(std::string_view text, size_t bytes);

}  // namespace serin::sources
