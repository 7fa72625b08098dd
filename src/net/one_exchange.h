#pragma once

#include <stop_token>

#include "base/log.h"
#include "net/transport.h"

namespace serin::net {

// A server that a spec names.
struct Server {
    std::string host;     // as people know it, without brackets; what its certificate is checked for
    std::string address;  // where to connect to, as a URL has it: "192.0.2.1", "[2001:db8::1]"
    int port = 0;
    std::string hostHeader;         // over plain HTTP; empty: the address and the port
    const Access* https = nullptr;  // null: plain HTTP
};

// One exchange on a connection of its own, which shares nothing with any other. TLS 1.2 or later; the
// certificate is always verified. Fails with Unavailable where no connection came about, in words that say
// why; Invalid where the authorities are no certificates or the body has more than `maxBytes`; Unknown for a
// time-out or a connection that broke; Stopped at once after a stop request. Redirects are not followed.
Result<HttpResponse> exchangeOnce(const Server& server, HttpRequest request, Duration timeout,
                                  size_t maxBytes, Logger& log, const std::stop_token& stop = {});

}  // namespace serin::net
