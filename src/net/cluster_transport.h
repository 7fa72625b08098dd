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
// - Adds the Authorization header: a token, a tokenFile (read again every 60 s and after a 401; the last good
//   token stays when reading fails), or what a credential plugin says. CA and client certificate files are
//   read for every new connection and every 60 s; kept connections are given up when they have changed.
// - A request that is answered with 401 is sent once more if the credentials turn out to be renewed.
// - Each stream has a connection of its own; its silence limit is the request's timeout, and TCP keep-alive
//   finds dead peers after about 60 s (over TLS without a proxy: elsewhere cpprestsdk does not show the
//   socket).
// - Goes through the http:// proxy of the configuration, by CONNECT when the server speaks TLS.
// - Logs once what the server says beside its answers: warnings, its flow for us.
// - Other requests share a pool of kept-alive connections. cpprestsdk silently sends a request again, POST
// included,
//   when such a connection closes under it; so every write must be harmless when it arrives twice: names are
//   deterministic (AlreadyExists of our own object is success), and the rest carries preconditions or the
//   full intent. (A connection for each POST costs 65 ms of CPU, because cpprestsdk loads the system's roots
//   each time.)
// - The elector deserves a transport of its own, so that renewals never wait for a connection.
// - A stop request ends send and stream within a second, with Error Stopped.
// - Redirects are not followed, nothing is compressed, answers above 256 MiB are refused (Invalid).
// Fails when a certificate, key or token cannot be read at first, or the server's URL is malformed.
// `clock` and `log` must outlive the transport.
Result<std::unique_ptr<Transport>> makeClusterTransport(const kube::ClusterConfig& config, const Clock& clock,
                                                        Logger& log);

}  // namespace serin::net
