#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/log.h"
#include "net/transport.h"

namespace serin::net {

// Exchange over cpprestsdk: one connection per request, no compression, TLS 1.2 or later, certificates always
// verified for the URL's host by `authorities` (PEM), or by the system's where they are empty. A stop request
// ends a request under way at once, as Stopped, unless the system is resolving a name. `log` must outlive it.
std::unique_ptr<Exchange> makeExchange(const std::string& authorities, Logger& log,
                                       std::stop_token stop = {});

}  // namespace serin::net
