#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace serin {

// What a file holds that is no longer than that. Errors are one sentence that names the file: NotFound where
// there is none, Invalid where it cannot be read, is no file or is longer.
Result<std::string> smallFile(const std::string& path, size_t maxBytes);

}  // namespace serin
