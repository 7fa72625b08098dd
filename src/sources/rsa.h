#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace serin::sources {

// RSASSA-PKCS1-v1_5 with SHA-256 (RS256 of RFC 7518, section 3.3), bytes as they are. Invalid where the key
// is no private key of RSA in PEM; nothing of it is said.
Result<std::string> rsaSha256(const std::string& privateKey, std::string_view text);

}  // namespace serin::sources
