#pragma once

#include <string>

#include "base/result.h"

struct ssl_ctx_st;

namespace serin::net {

// A certificate, with those that lead to its root after it, and its private key; both in PEM.
struct Identity {
    std::string certificate;
    std::string key;

    friend bool operator==(const Identity&, const Identity&) = default;
};

// Lets the context trust these authorities and nobody else. Fails with OpenSSL's reason.
Result<void> trust(ssl_ctx_st* context, const std::string& authorities);

// Lets the context show this identity, which `whose` ("client", "server") names in the Error. Fails with
// OpenSSL's reason, also when the key is another certificate's.
Result<void> identify(ssl_ctx_st* context, const Identity& identity, const char* whose);

// A new key, and a certificate for `name` that it has signed itself, good for ten years.
Result<Identity> selfSigned(const std::string& name);

}  // namespace serin::net
