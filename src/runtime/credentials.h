#pragma once

#include <string>

#include "base/result.h"
#include "net/transport.h"
#include "runtime/keyed_object.h"

namespace serin::runtime {

// What a Secret says of who Serin is to a server: the key token (RFC 6750), or username and password
// (RFC 7617, in UTF-8); a line break at a value's end is none of it. Only `authorization` and `secrets` are
// filled. Invalid in words that begin with `whose` and have names of keys, never a value. Pure.
Result<net::Access> credentialsOf(const KeyedData& secret, const std::string& whose);

}  // namespace serin::runtime
