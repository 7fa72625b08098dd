#pragma once

#include <string>

#include "base/http.h"
#include "base/result.h"
#include "runtime/keyed_object.h"

namespace serin::runtime {

// What an answer of the API server to a kube::tokenRequest() says: fills the token, or the trouble says why
// there is none, without a word of one. Pure.
Trouble readToken(const Result<HttpResponse>& answer, const std::string& space,
                  const std::string& serviceAccount, std::string& token);

}  // namespace serin::runtime
