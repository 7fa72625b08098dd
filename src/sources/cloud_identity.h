#pragma once

#include <string>

#include "sources/store.h"

namespace serin::sources {

// Invalid, naming the field, where a server's address in an identity is none: http(s)://HOST, without a user,
// a query or a fragment. Empty ones are the cloud's own, and in order. What is sent there opens the store: it
// goes in the clear where somebody says http:// alone.
Result<void> endpointFault(const std::string& name, const std::string& url);

}  // namespace serin::sources
