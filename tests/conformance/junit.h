#pragma once

#include <string>
#include <vector>

#include "run.h"

namespace serin::conformance {

// A JUnit file's text.
std::string junitOf(const std::string& suite, const std::vector<Finding>& findings);

}  // namespace serin::conformance
