#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "api/model_source.h"
#include "base/clock.h"
#include "kube/request.h"
#include "net/transport.h"
#include "runtime/keyed_object.h"
#include "sources/store.h"

namespace serin::runtime {

// What looking up a source came to: what it means, or why nobody knows.
struct SourceAnswer {
    std::optional<api::ResolvedModel> model;
    std::string reason;   // CamelCase, of a condition
    std::string message;  // for people; without secrets
};

// Looks up what a source means now; `space` is the namespace of the objects that it names. Blocks until all
// servers have answered; begins no request after a stop request. Thread-safe.
using ResolveSource =
    std::function<SourceAnswer(const std::string& space, const api::ModelSource&, std::stop_token)>;

struct ResolverParts {
    net::Transport& transport;  // to the API server, for what the source names; outlives the resolver
    kube::RequestBuilder requests;
    const Clock& clock;  // outlives the resolver
    // Requests to stores that take these authorities (PEM; empty: the system's) for theirs.
    std::function<std::unique_ptr<sources::Exchange>(const std::string& authorities)> exchange;
    // sources::makeStore.
    std::function<Result<std::unique_ptr<sources::Store>>(api::StoreKind, const sources::Credentials&,
                                                          sources::Exchange&)>
        store;
};
// Reads the Secret and the ConfigMap by their names before each look: nothing of them is kept, and a renewed
// token counts at once.
ResolveSource sourceResolver(ResolverParts parts);

// The keys and values of a Secret, without a line break at a value's end. Invalid in words that begin with
// `whose` and have names of keys, never a value. Pure.
Result<sources::Credentials> storeCredentials(const KeyedData& secret, const std::string& whose);

}  // namespace serin::runtime
