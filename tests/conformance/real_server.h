#pragma once

#include <memory>
#include <string>

#include "server.h"

namespace serin::conformance {

// A real API server, asked through the client code of the operator. `compactCommand` is a program that
// compacts its etcd.
Result<std::unique_ptr<Server>> makeRealServer(const std::string& kubeconfig,
                                               const std::string& compactCommand);

}  // namespace serin::conformance
