#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "api/spec.h"
#include "kube/request.h"
#include "net/transport.h"
#include "runtime/keyed_object.h"

namespace serin::runtime {

// What reading an access came to: the access, or why there is none. Holds secrets in the access alone, never
// in words.
struct AccessReading {
    net::Access access;
    Trouble trouble;

    bool good() const { return trouble.why.empty(); }
};

// Reads what opens a server: a GET by name of the Secret, and where that is of use one of the ConfigMap;
// nothing is listed, watched or kept. Asks nobody after a stop request. Thread-safe as far as the transport,
// which outlives what is returned, is.
using ReadAccess =
    std::function<AccessReading(const std::string& space, const api::AccessSource&, std::stop_token)>;
ReadAccess accessReader(net::Transport& transport, kube::RequestBuilder requests);

// What the answers of the API server to those GETs say; absent where the source names no such object. Pure.
// `space` is for the words.
AccessReading accessIn(const std::optional<Result<HttpResponse>>& secret,
                       const std::optional<Result<HttpResponse>>& configMap, const std::string& space,
                       const api::AccessSource& source);

}  // namespace serin::runtime
