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

// The Error of a server of tokens that refuses. A 400 is its no (Forbidden), unless what it says `passes` by
// itself (Unavailable). A 404 is of its address (Invalid), and not of a model (NotFound).
Error tokenRefusal(Error refusal, int status, bool passes);

// Whether it says of itself that it could not answer, or of the issuer that it could not reach it: errors
// that come with a 400 too, and pass (RFC 6749, section 4.1.2.1; "Troubleshoot workload identity federation"
// of Google Cloud).
bool passesByItself(const HttpResponse& answer);

// What a server of tokens says to a request that it refuses (RFC 6749, section 5.2).
std::string tokenWords(const HttpResponse& answer);

}  // namespace serin::sources
