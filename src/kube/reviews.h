#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/http.h"
#include "base/result.h"
#include "kube/request.h"

namespace serin::kube {

// Who somebody is to the API server (authentication.k8s.io/v1, UserInfo).
struct User {
    std::string name;
    std::string uid;
    std::vector<std::string> groups;
    std::map<std::string, std::vector<std::string>> extra;

    friend bool operator==(const User&, const User&) = default;
};

// Asks the API server whose bearer token that is (a TokenReview).
HttpRequest tokenReview(const RequestBuilder& requests, const std::string& token);
// The user of a reviewed token; nothing when the token is no good. Fails when the text is no such answer.
Result<std::optional<User>> reviewedUser(std::string_view review);

// Asks the API server whether the user may `verb` a path that is no object's, such as /metrics (a
// SubjectAccessReview).
HttpRequest accessReview(const RequestBuilder& requests, const User& user, const std::string& verb,
                         const std::string& path);
// Whether the review allows it. Fails when the text is no such answer.
Result<bool> reviewedAccess(std::string_view review);

}  // namespace serin::kube
