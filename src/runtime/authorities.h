#pragma once

#include <string>
#include <string_view>

#include "api/spec.h"
#include "base/http.h"
#include "base/result.h"
#include "runtime/keyed_object.h"

namespace serin::runtime {

// A ConfigMap's key that has certificates of authorities, and the field that names the key, for words.
struct AuthoritiesKey {
    const api::ConfigMapKey& source;
    std::string_view field;
};

// What the answer of the API server to a GET of that ConfigMap says: `out` gets the certificates in PEM, or
// the trouble says why there are none. Pure.
Trouble readAuthorities(const Result<HttpResponse>& answer, const std::string& space,
                        const AuthoritiesKey& where, std::string& out);

}  // namespace serin::runtime
