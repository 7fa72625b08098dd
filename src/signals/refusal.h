#pragma once

#include <string>

#include "base/result.h"
#include "net/transport.h"
#include "signals/pod_reading.h"

namespace serin::signals {

// The code of a failure that came with this HTTP status: Unauthorized for 401, Forbidden for 403, else
// `other`. Pure.
ErrorCode codeOf(int status, ErrorCode other);

// Whether a server did not accept our access.
bool isRefusal(const Error& error);

// A server's words without the secrets of eight characters or more that it was shown, whole or cut off:
// messages are read by more people than a Secret is. No help against a server that means to tell them. Pure.
std::string withoutSecrets(std::string text, const net::Access& access);
// The same of what a page says in its labels; its numbers stay.
PodReading withoutSecrets(PodReading reading, const net::Access& access);

}  // namespace serin::signals
