#pragma once

#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "kube/cluster_config.h"
#include "net/transport.h"

namespace serin::net {

// A Transport to one API server over HTTP/1.1 with TLS.
//
// - Adds the Authorization header; a tokenFile is read again every 60 s and after a 401, and the last good token is
//   kept when reading fails. CA and client certificate files are read for every new connection.
// - Each stream has a connection of its own; its silence limit is the request's timeout, and TCP keep-alive finds
//   dead peers after about 60 s.
// - POSTs use a fresh connection each: cpprestsdk silently sends a request again when a kept-alive connection
//   closes under it, and of all our writes only a POST could then take effect twice. Others share a pool.
// - A stop request ends send and stream within a second, with Error Stopped.
// - Redirects are not followed, nothing is compressed, answers above 256 MiB are refused (Invalid).
// Fails when a certificate, key or token cannot be read at first, or the server's URL is malformed.
// `clock` and `log` must outlive the transport.
Result<std::unique_ptr<Transport>> makeClusterTransport(const kube::ClusterConfig& config, const Clock& clock,
                                                        Logger& log);

}  // namespace serin::net
