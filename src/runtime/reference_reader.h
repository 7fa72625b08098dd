#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "api/profile.h"
#include "api/spec.h"
#include "kube/request.h"
#include "net/transport.h"

namespace serin::runtime {

// What reading a profile came to.
struct ReferenceReading {
    api::Reference reference;
    // The API server did not say (it was not reached, throttled, ended): what was known before may still be
    // so.
    bool failed = false;
};

// Reads a profile out of its ConfigMap: one GET by name, nothing is listed, watched or kept. Asks nobody
// after a stop request. Thread-safe as far as the transport, which outlives what is returned, is.
using ReadReference =
    std::function<ReferenceReading(const std::string& space, const api::ConfigMapKey&, std::stop_token)>;
ReadReference referenceReader(net::Transport& transport, kube::RequestBuilder requests);

// What an answer of the API server to that GET says, pure. `space` is for the words.
ReferenceReading referenceIn(const Result<HttpResponse>& answer, const std::string& space,
                             const api::ConfigMapKey& source);

}  // namespace serin::runtime
