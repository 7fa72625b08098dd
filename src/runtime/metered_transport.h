#pragma once

#include <functional>
#include <string>
#include <utility>

#include "net/transport.h"

namespace serin::runtime {

// What a request to the API server is about, in Kubernetes' words: "list" of "replicasets", "patch" of
// "modeldeployments/status".
struct RequestKind {
    std::string verb;
    std::string resource;
};
RequestKind kindOf(const HttpRequest& request);

// A Transport that counts what goes through it. Status 0: no answer came.
class MeteredTransport final : public net::Transport {
  public:
    using Count = std::function<void(const RequestKind& kind, int status)>;

    // The transport outlives it.
    MeteredTransport(net::Transport& inner, Count count) : inner_(inner), count_(std::move(count)) {}

    Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop) override;
    Result<HttpResponse> stream(const HttpRequest& request,
                                const std::function<bool(std::string_view)>& onChunk,
                                std::stop_token stop) override;

  private:
    net::Transport& inner_;
    Count count_;
};

}  // namespace serin::runtime
