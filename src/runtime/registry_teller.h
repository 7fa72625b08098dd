#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "api/model_source.h"
#include "api/registry_report.h"
#include "base/clock.h"
#include "kube/request.h"
#include "net/transport.h"
#include "runtime/store_opener.h"
#include "sources/exchange.h"

namespace serin::runtime {

// What telling a registry came to.
struct Telling {
    enum class Next {
        Nothing,  // all was taken, or what was not never will be
        Soon,     // whoever did not answer may be back in a moment
        Later,    // a person has to do something first
    };
    std::string problem;  // for people, without secrets; empty: all was taken
    Next next = Next::Nothing;
};

// Tells the registry of a source; `space` is the namespace of the objects that it names. Blocks until all
// servers have answered, or a stop is asked for. Thread-safe.
using TellRegistry = std::function<Telling(const std::string& space, const api::ModelSource&,
                                           const api::RegistryOrder&, std::stop_token)>;

struct TellerParts {
    net::Transport& transport;  // to the API server, for what the source names; outlives the teller
    kube::RequestBuilder requests;
    const Clock& clock;  // outlives the teller
    OpenExchange exchange;
    // Whether this process leads, asked before each request to a registry; absent: it does.
    std::function<bool()> mayTell{};
};
// Reads the Secret and the ConfigMap by their names each time: nothing of them is kept.
TellRegistry registryTeller(TellerParts parts);

}  // namespace serin::runtime
