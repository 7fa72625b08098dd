#pragma once

#include <memory>
#include <stop_token>

#include "base/clock.h"
#include "base/log.h"
#include "kube/cluster_config.h"
#include "runtime/options.h"

namespace serin {

// The whole operator, put together from concrete parts. Runs until a stop is asked for or the lease is lost.
// Returns the process's exit code: 0 after a stop, 1 otherwise.
int runOperator(const runtime::Options& options, const kube::ClusterConfig& cluster, const Clock& clock,
                Logger& log, std::stop_source stop);

}  // namespace serin
