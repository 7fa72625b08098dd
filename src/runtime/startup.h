#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/http.h"
#include "base/log.h"
#include "base/result.h"
#include "net/transport.h"

namespace serin::runtime {

// The oldest Kubernetes that has what Serin's pods need (a preStop of sleep).
inline constexpr int kLeastMinor = 30;

// GET /version, which everybody who is known may send.
HttpRequest versionRequest();
// What GET /version says: fails for one that is too old, in words.
Result<std::string> checkVersion(const std::string& body);

// What can be said of a cluster before anything is watched.
enum class Readiness { Ready, Unreachable, NoResource, TooOld, Stopped };
struct ClusterState {
    Readiness readiness = Readiness::Unreachable;
    std::string message;  // why not; the server's version when ready
};
// Asks once: is there an API server, is it new enough, does it serve ModelDeployments and what they are made
// of?
ClusterState askCluster(net::Transport& transport, const std::stop_token& stop);

// Asks until the cluster is ready, saying every few seconds what it waits for. False when it never will be
// (too old) or a stop was asked for first.
bool awaitCluster(net::Transport& transport, Logger& log, const std::stop_token& stop);

}  // namespace serin::runtime
