#include "base/shorten.h"

#include "base/text.h"

namespace serin {

std::string shortened(std::string_view text, size_t most) {
    constexpr std::string_view kEnd = "…";
    if (text.size() <= most) return std::string(text);
    size_t end = most - kEnd.size();
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return cat(text.substr(0, end), kEnd);
}

}  // namespace serin
