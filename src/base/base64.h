#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace serin {

// RFC 4648 section 4, line breaks and blanks ignored, padding required. Invalid on anything else.
Result<std::string> decodeBase64(std::string_view text);

// In one line, with padding.
std::string encodeBase64(std::string_view bytes);

}  // namespace serin
