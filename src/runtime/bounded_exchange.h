#pragma once

#include <stop_token>
#include <utility>

#include "base/clock.h"
#include "sources/exchange.h"

namespace serin::runtime {

// Ends a long exchange with a store when the process does, and when its time is over: a store that is slower
// has its thread for so long and no longer.
class BoundedExchange final : public sources::Exchange {
  public:
    static constexpr Duration kLongest = std::chrono::minutes(2);  // of all requests together

    // Both outlive it.
    BoundedExchange(sources::Exchange& below, const Clock& clock, std::stop_token stop)
        : below_(below), clock_(clock), stop_(std::move(stop)), until_(clock.sinceBoot() + kLongest) {}

    Result<HttpResponse> send(const std::string& url, const HttpRequest& request, size_t maxBytes) override;

  private:
    sources::Exchange& below_;
    const Clock& clock_;
    std::stop_token stop_;
    Duration until_;
};

}  // namespace serin::runtime
