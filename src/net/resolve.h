#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace serin::net {

// A host name's addresses in the system's order, at most `most`, each as a URL has it ("192.0.2.1",
// "[2001:db8::1]"). Unavailable with the system's words. Blocks for as long as the system takes. cpprestsdk
// resolves names on one thread for all connections of the process: a name server that hangs would hold up
// those to the API server and to the pods, so that names that people choose are not left to it.
Result<std::vector<std::string>> resolve(const std::string& host, size_t most);

}  // namespace serin::net
