#pragma once

#include <string>
#include <string_view>

namespace serin {

// At most `most` bytes (3 or more) of a text in UTF-8; what is cut, never inside a character, ends with "…".
std::string shortened(std::string_view text, size_t most);

}  // namespace serin
