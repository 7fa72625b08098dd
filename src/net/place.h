#pragma once

#include <chrono>
#include <stop_token>
#include <string>

#include "base/log.h"
#include "net/transport.h"

namespace serin::net {

// Where an http(s) URL leads to.
struct Place {
    bool tls = false;
    std::string authority;  // as written
    std::string host;       // without brackets
    int port = 0;
    std::string path;  // with query; "/" where the URL has none
};

// Invalid in words that repeat the URL without its query.
Result<Place> placeOf(const std::string& url);

// One exchange with the first of the host's addresses that can be connected to, as exchangeOnce(). `https`:
// null for plain HTTP. Blocks for as long as the system takes to resolve the name, beyond `end` if need be.
Result<HttpResponse> exchangeAt(const Place& place, const HttpRequest& request, const Access* https,
                                std::chrono::steady_clock::time_point end, size_t maxBytes, Logger& log,
                                const std::stop_token& stop = {});

}  // namespace serin::net
