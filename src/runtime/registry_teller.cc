#include "runtime/registry_teller.h"

#include <utility>

#include "api/status_limits.h"
#include "base/shorten.h"
#include "base/text.h"
#include "runtime/bounded_exchange.h"
#include "runtime/store_access.h"
#include "sources/registry.h"

namespace serin::runtime {
namespace {

Telling failed(const std::string& problem, Telling::Next next) {
    return {shortened(problem, api::kLongestMessage), next};
}

Telling::Next nextAfter(ErrorCode code) {
    switch (code) {
        case ErrorCode::Invalid:
        case ErrorCode::NotFound:
            return Telling::Next::Nothing;
        case ErrorCode::Forbidden:
            return Telling::Next::Later;
        default:
            return Telling::Next::Soon;
    }
}

// Whoever leads next may be telling something newer.
class LeadersExchange final : public sources::Exchange {
  public:
    LeadersExchange(sources::Exchange& below, const std::function<bool()>& mayTell)
        : below_(below), mayTell_(mayTell) {}
    Result<HttpResponse> send(const std::string& url, const HttpRequest& request, size_t maxBytes) override {
        if (mayTell_ && !mayTell_()) return Error{ErrorCode::Stopped, "this process does not lead"};
        return below_.send(url, request, maxBytes);
    }

  private:
    sources::Exchange& below_;
    const std::function<bool()>& mayTell_;
};

}  // namespace

TellRegistry registryTeller(TellerParts parts) {
    return [parts = std::move(parts)](const std::string& space, const api::ModelSource& source,
                                      const api::RegistryOrder& order, const std::stop_token& stop) {
        StoreAccess access;
        const Trouble trouble =
            readStoreAccess({parts.transport, parts.requests, stop}, space, source, access);
        if (!trouble.why.empty()) {
            return failed(trouble.why, trouble.failed ? Telling::Next::Soon : Telling::Next::Later);
        }
        const std::unique_ptr<sources::Exchange> exchange = parts.exchange(access.authorities, stop);
        BoundedExchange bounded(*exchange, parts.clock, stop);
        LeadersExchange leaders(bounded, parts.mayTell);
        const Result<void> told = sources::tellRegistry(source, order, access.credentials, leaders);
        if (told) return Telling();
        return failed(told.error().message, nextAfter(told.error().code));
    };
}

}  // namespace serin::runtime
