#pragma once

#include <memory>
#include <string>

#include "server.h"

namespace serin::conformance {

// The simulated API server of tests/fake, with its collector of garbage and a clock that moves when somebody
// waits. `checkout` is where the schemas are read from.
Result<std::unique_ptr<Server>> makeSimulatedServer(const std::string& checkout);

}  // namespace serin::conformance
