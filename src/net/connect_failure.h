#pragma once

#include <string>

namespace serin::net {

// Why a TCP connection to a host cannot be made, in the system's words ("Connection refused", "No route to
// host"): cpprestsdk does not keep the socket's error. Tries once more, for 200 ms at most.
std::string connectFailure(const std::string& host, int port);

}  // namespace serin::net
