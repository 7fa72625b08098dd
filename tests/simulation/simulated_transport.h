#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "adversity.h"
#include "cluster.h"
#include "fake/api_server.h"
#include "net/transport.h"
#include "timeline.h"

namespace serin::simulation {

// Thrown where a process dies: between two instructions of whatever it was doing.
struct ProcessDied {};

// A process's connection to the simulated API server, through all adversity.
class SimulatedTransport final : public net::Transport {
  public:
    // `wrote` is told after each request that may have changed something.
    SimulatedTransport(fake::ApiServer& server, const Timeline& timeline, Adversity& adversity,
                       std::function<void()> wrote)
        : server_(server), timeline_(timeline), adversity_(adversity), wrote_(std::move(wrote)) {}

    Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop = {}) override;
    // Nobody waits for a stream here: openWatch() it.
    Result<HttpResponse> stream(const HttpRequest&, const std::function<bool(std::string_view)>&,
                                std::stop_token) override {
        return Error{ErrorCode::Unavailable, "streams are opened"};
    }
    std::variant<std::unique_ptr<fake::Watch>, Result<HttpResponse>> openWatch(const HttpRequest& request);

    uint64_t writes() const { return writes_; }
    // Nothing gets through until then.
    Timestamp cutUntil{};

  private:
    void boundary();
    std::optional<HttpResponse> refusal(bool write);

    fake::ApiServer& server_;
    const Timeline& timeline_;
    Adversity& adversity_;
    std::function<void()> wrote_;
    uint64_t writes_ = 0;
};

// The pods' own HTTP servers: /metrics and the question for the model.
class SimulatedPods final : public net::Fetcher {
  public:
    SimulatedPods(Cluster& cluster, const Timeline& timeline, Adversity& adversity)
        : cluster_(cluster), timeline_(timeline), adversity_(adversity) {}
    Result<HttpResponse> get(const std::string& host, int port, const std::string& path, Duration timeout,
                             size_t maxBytes) override;

  private:
    Cluster& cluster_;
    const Timeline& timeline_;
    Adversity& adversity_;
    bool lost_ = false;
};

}  // namespace serin::simulation
