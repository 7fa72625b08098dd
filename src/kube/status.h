#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/http.h"
#include "base/result.h"
#include "base/time.h"

namespace serin::kube {

// One of details.causes: which field, and why.
struct StatusCause {
    std::string reason;
    std::string field;
    std::string message;
};

// What the API server says about a request that failed (metav1.Status), or about a watch that must end.
struct ApiStatus {
    int code = 0;         // HTTP status
    std::string reason;   // "AlreadyExists", "Expired", …; derived from the code where the server gave none
    std::string message;  // the server's own sentence
    std::vector<StatusCause> causes;
    std::optional<Duration> retryAfter;  // from details or the Retry-After header, at most 60 s

    bool is(std::string_view wanted) const { return reason == wanted; }
    // The history asked for is gone: list anew (reasons Expired and Gone, code 410).
    bool expired() const;
    bool hasCause(std::string_view causeReason) const;
    // Answers that a later identical request may not get: 408, 429, 5xx.
    bool transient() const;
};

// Reads any answer, also one whose body is not a Status (a proxy's HTML): the message then quotes its
// beginning.
ApiStatus parseStatus(const HttpResponse& answer);
// Reads a Status body as it stands in an ERROR event. `json` is one JSON object.
ApiStatus parseStatusBody(std::string_view json);

ErrorCode errorCode(const ApiStatus& status);
// "<what>: 409 Conflict: the object has been modified (spec.replicas: …)".
Error toError(std::string_view what, const ApiStatus& status);

// The answer itself when its status is 2xx, else toError. An Error of the transport passes through, with
// `what`.
Result<HttpResponse> expectSuccess(std::string_view what, Result<HttpResponse> answer);

}  // namespace serin::kube
