#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace serin::fetch {

// Whether a server that answered so may answer otherwise soon: 408, 429 and 5xx but 501 and 505 (RFC 9110).
bool mayPass(int status);

// What Retry-After asks for (RFC 9110, section 10.2.3): seconds, or a date ("Sun, 06 Nov 1994 08:49:37 GMT")
// that is later than `now`. Nothing where it says neither.
std::optional<Duration> retryAfter(std::string_view text, Timestamp now);

// How long to wait before the next attempt, after `failures` (1 or more) in a row: 0.5 s, doubled each time
// up to 30 s, of which `lot`, evenly from [0, 1), takes away up to a half, so that many pods do not come back
// at once. At least what the server asked for, of which no more than 5 min is waited.
Duration waitBefore(int failures, std::optional<Duration> asked, double lot);

}  // namespace serin::fetch
