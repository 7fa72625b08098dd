#pragma once

#include "net/transport.h"

namespace serin::sources {

// One request to a server that a person named, by its whole URL; net::makeExchange() makes the real one.
using Exchange = net::Exchange;

}  // namespace serin::sources
