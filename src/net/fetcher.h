#pragma once

#include <memory>

#include "base/log.h"
#include "net/transport.h"

namespace serin::net {

// Fetcher over cpprestsdk: one connection per GET, no redirects, no compression, IPv4 and IPv6 addresses.
// `log` must outlive it.
std::unique_ptr<Fetcher> makeFetcher(Logger& log);

}  // namespace serin::net
