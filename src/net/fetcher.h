#pragma once

#include <memory>

#include "net/transport.h"

namespace serin::net {

// Fetcher over cpprestsdk: one connection per GET, no redirects, no compression, IPv4 and IPv6 addresses.
std::unique_ptr<Fetcher> makeFetcher();

}  // namespace serin::net
