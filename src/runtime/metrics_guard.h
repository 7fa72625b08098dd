#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/http.h"
#include "base/log.h"
#include "base/result.h"
#include "kube/request.h"
#include "net/transport.h"
#include "runtime/access_memory.h"

namespace serin::runtime {

// Lets those read a path of the metrics port whom the cluster's own authorisation lets `get` that path. The
// bearer token of each request is reviewed by the API server, and answers are remembered for a while, for
// each path (AccessMemory). Whoever cannot be reviewed is refused. For one thread at a time; what it is given
// outlives it.
class MetricsGuard {
  public:
    MetricsGuard(net::Transport& transport, const kube::RequestBuilder& requests, const Clock& clock,
                 Logger& log, std::stop_token stop)
        : transport_(transport), requests_(requests), clock_(clock), log_(log), stop_(std::move(stop)) {}

    // The answer instead of the page: 401 without a good token, 403 with the user's name, 503 when the API
    // server does not say, or may not be asked now. Nothing: the page may be read.
    std::optional<HttpResponse> refusal(const HttpRequest& request);

  private:
    std::optional<Access> review(const std::string& token, const std::string& path);
    Result<Access> ask(const std::string& token, const std::string& path);

    net::Transport& transport_;
    const kube::RequestBuilder& requests_;
    const Clock& clock_;
    Logger& log_;
    std::stop_token stop_;
    AccessMemory memory_;
    std::string trouble_;  // of the last question
};

}  // namespace serin::runtime
