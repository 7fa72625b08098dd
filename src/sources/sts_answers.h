#pragma once

#include <string>
#include <string_view>

#include "base/http.h"
#include "base/result.h"
#include "base/time.h"

namespace serin::sources {

// Keys that end.
struct TemporaryKeys {
    std::string accessKey;
    std::string secretKey;
    std::string sessionToken;
    Timestamp end{};

    bool operator==(const TemporaryKeys&) const = default;
};

// What AssumeRoleWithWebIdentity of the AWS STS API (2011-06-15) answers. Invalid, without secrets, where it
// is not XML of that kind, lacks a key or the end of it, or has one that cannot stand in a header.
Result<TemporaryKeys> readTemporaryKeys(std::string_view body);

// The code of an answer that is an error, "ExpiredTokenException"; empty where it has none.
std::string stsCode(std::string_view body);
// Its code and message.
std::string stsWords(const HttpResponse& answer);

}  // namespace serin::sources
