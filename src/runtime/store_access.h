#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "api/model_source.h"
#include "kube/request.h"
#include "net/transport.h"
#include "runtime/keyed_object.h"
#include "runtime/pull_secrets.h"
#include "sources/store.h"

namespace serin::runtime {

// What opens the store of a source, and whom we take for it. Holds secrets: never log one.
struct StoreAccess {
    sources::Credentials credentials;
    std::optional<sources::CloudIdentity> identity;  // with a token of some minutes
    std::string authorities;                         // PEM; empty: the system's
    UnusedSecrets unused;
};

struct AccessReaders {
    net::Transport& transport;  // to the API server
    const kube::RequestBuilder& requests;
    const std::stop_token& stop;
};
// Reads the Secrets and the ConfigMap that a source names, by their names in its namespace `space`, and has a
// token made of the service account by which it is known in a cloud; nothing where it names none. Pull
// secrets count where it names no other credentials. The trouble says why one could not be had. Blocks until
// the API server has answered.
Trouble readStoreAccess(const AccessReaders& readers, const std::string& space,
                        const api::ModelSource& source, StoreAccess& out);

// The keys and values of a Secret, without a line break at a value's end. Invalid in words that begin with
// `whose` and have names of keys, never a value. Pure.
Result<sources::Credentials> storeCredentials(const KeyedData& secret, const std::string& whose);

}  // namespace serin::runtime
