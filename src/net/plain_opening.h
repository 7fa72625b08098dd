#pragma once

#include <memory>

#include "net/channel.h"

namespace serin::net {

// Connections without TLS.
std::unique_ptr<Opening> makePlainOpening();

}  // namespace serin::net
