#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/http.h"

namespace serin {

// A request's first line and headers, up to the empty line, as a server gets them (RFC 9112). Headers that
// come twice are joined by ", ". Nothing when it is malformed.
std::optional<HttpRequest> parseRequestHead(std::string_view head);

// The target without its query.
std::string pathOf(const HttpRequest& request);

// The token of `Authorization: Bearer …` (RFC 6750); empty when there is none or it is malformed.
std::string bearerToken(const HttpRequest& request);

// An answer as it is sent on a connection that closes after it. Text, unless its headers say otherwise.
std::string answerText(const HttpResponse& answer);

}  // namespace serin
