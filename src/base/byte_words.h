#pragma once

#include <cstdint>
#include <string>

namespace serin {

// Decimal units and two significant digits or more: "950 B", "1.2 GB", "210 MB".
std::string humanBytes(uint64_t bytes);

// A part in the unit of the whole: "1.2 of 4.0 GB".
std::string humanBytes(uint64_t bytes, uint64_t of);

}  // namespace serin
