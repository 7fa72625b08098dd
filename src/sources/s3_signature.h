#pragma once

#include <map>
#include <string>

#include "base/time.h"
#include "sources/query.h"

namespace serin::sources {

// Who asks a server with the API of S3. Empty keys: nobody in particular.
struct S3Identity {
    std::string accessKey;
    std::string secretKey;
    std::string sessionToken;  // of temporary credentials; else empty
    std::string region;
};

// A request without a body.
struct S3Request {
    std::string method = "GET";
    std::string host;  // as the Host header has it
    std::string path;  // percent-encoded, beginning with '/'
    Query query;
    std::map<std::string, std::string> headers;  // that are signed beside ours; lower case
};

// The headers by which the request is signed: authorization, x-amz-date, x-amz-content-sha256 and, with a
// session token, x-amz-security-token (AWS Signature Version 4 in the Authorization header, "Authenticating
// Requests" of the S3 API reference). None where the identity has no keys. Servers take them for 15 minutes.
std::map<std::string, std::string> signedHeaders(const S3Request& request, const S3Identity& identity,
                                                 Timestamp now);

}  // namespace serin::sources
