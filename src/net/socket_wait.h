#pragma once

#include "net/channel.h"

namespace serin::net {

// Waits until `events` (of poll) or an error happened at the socket; false: not before the deadline.
bool awaitSocket(int socket, short events, SteadyTime deadline);

}  // namespace serin::net
