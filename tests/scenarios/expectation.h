#pragma once

#include <string>
#include <vector>

#include "document.h"
#include "scene.h"

namespace serin::scenarios {

// Where `plan` differs from what the scenario expects, one sentence each. Throws BadTable when `expect`
// checks nothing or has an unknown key.
std::vector<std::string> differences(const Json& expect, const Scene& scene, const api::Plan& plan);

}  // namespace serin::scenarios
