#pragma once

#include <string>

#include "base/result.h"
#include "kube/kubeconfig.h"

namespace serin::net {

// The whole content of a file; NotFound or Unavailable with the path and the system's reason. At most 8 MiB.
Result<std::string> readFile(const std::string& path);

// The process's files and environment, for kube::loadClusterConfig.
kube::Surroundings processSurroundings();

}  // namespace serin::net
