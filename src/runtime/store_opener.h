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
#include "runtime/pull_secrets.h"
#include "runtime/store_trouble.h"
#include "sources/store.h"

namespace serin::runtime {

// Requests to stores that take these authorities (PEM; empty: the system's) for theirs. A stop request ends
// one under way at once. net::makeExchange.
using OpenExchange =
    std::function<std::unique_ptr<sources::Exchange>(const std::string& authorities, const std::stop_token&)>;

struct StoreParts {
    net::Transport& transport;  // to the API server, for what the source names; outlives what is made of it
    kube::RequestBuilder requests;
    const Clock& clock;  // outlives what is made of it
    OpenExchange exchange;
    // sources::makeStore.
    std::function<Result<std::unique_ptr<sources::Store>>(api::StoreKind, const sources::Credentials&,
                                                          sources::Exchange&,
                                                          const std::optional<sources::CloudIdentity>&)>
        store;
};

// A store that is open for one look. Not thread-safe.
struct OpenedStore {
    sources::Credentials credentials;
    std::unique_ptr<sources::Exchange> connection;
    // Of all requests together: ends with a stop request, and as Unavailable after two minutes, so that a
    // store that is slower has its thread for so long and no longer.
    std::unique_ptr<sources::Exchange> exchange;
    std::unique_ptr<sources::Store> store;  // asks through `exchange`
    UnusedSecrets unused;
};

// Fills `out`, or says why it cannot. Reads the Secrets and the ConfigMap that the source names in the
// namespace `space`, or has a token of its service account made, each time: nothing of them is kept, so that
// what is renewed or taken away counts at once. Blocks until the API server has answered. `parts.clock`
// outlives `out`.
std::optional<StoreTrouble> openStore(const StoreParts& parts, const std::string& space,
                                      const api::ModelSource& source, const std::stop_token& stop,
                                      OpenedStore& out);

// What a store's Error means to people.
StoreTrouble storeTrouble(const Error& error);
// The same, of a store that was opened so: where it lets nobody in, with what the pull secrets lack.
StoreTrouble storeTrouble(const Error& error, const OpenedStore& opened);

}  // namespace serin::runtime
