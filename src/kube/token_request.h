#pragma once

#include <string>
#include <string_view>

#include "base/http.h"
#include "base/result.h"
#include "kube/request.h"

namespace serin::kube {

// Asks the API server for a token of a service account by which others than itself know it (a TokenRequest,
// authentication.k8s.io/v1). It lives ten minutes, the least that is given. Nothing of it is stored in the
// cluster.
HttpRequest tokenRequest(const RequestBuilder& requests, std::string_view space,
                         std::string_view serviceAccount, const std::string& audience);

// The token that such an answer has. Invalid, without a word of it, where the text is none.
Result<std::string> issuedToken(std::string_view answer);

}  // namespace serin::kube
