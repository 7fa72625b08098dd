#pragma once

#include <string>

#include "sources/calls.h"
#include "sources/query.h"

namespace serin::sources {

// A form that is shown to a server of tokens, application/x-www-form-urlencoded. It follows no redirect: what
// is in it is for this server alone.
Call formCall(const std::string& url, const Query& form);

// What of a form opens something, for withoutSecrets(): a server may repeat what it was shown, as it is or as
// it came.
Credentials secretsIn(const Query& form);

// What a server of tokens says to a request that it refuses (RFC 6749, section 5.2).
std::string tokenWords(const HttpResponse& answer);

}  // namespace serin::sources
