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

    // Writes, but those that the neighbour's refusal met.
    uint64_t writes() const { return writes_; }
    // Nothing gets through until then.
    Timestamp cutUntil{};
    // Until then lists and watches show what the API server knew at this revision.
    void showPast(uint64_t revision, Timestamp until) {
        past_ = revision;
        pastUntil_ = until;
    }
    void showPresent() { pastUntil_ = {}; }
    Timestamp pastUntil() const { return pastUntil_; }
    uint64_t upTo() const { return timeline_.now() < pastUntil_ ? past_ : fake::kPresent; }
    void feel(Kind kind) { adversity_.feel(kind); }

  private:
    void boundary();
    HttpResponse read(const HttpRequest& request);
    std::optional<HttpResponse> refusal(bool write);

    fake::ApiServer& server_;
    const Timeline& timeline_;
    Adversity& adversity_;
    std::function<void()> wrote_;
    uint64_t writes_ = 0;
    uint64_t past_ = fake::kPresent;
    Timestamp pastUntil_{};
};

// The pods' own HTTP servers: /metrics and the question for the model.
class SimulatedPods final : public net::Fetcher {
  public:
    SimulatedPods(Cluster& cluster, const Timeline& timeline, Adversity& adversity)
        : cluster_(cluster), timeline_(timeline), adversity_(adversity) {}
    Result<HttpResponse> get(const std::string& host, int port, const std::string& path, Duration timeout,
                             size_t maxBytes, const net::Access* https, net::Offer offer) override;

  private:
    Cluster& cluster_;
    const Timeline& timeline_;
    Adversity& adversity_;
    bool lost_ = false;
};

}  // namespace serin::simulation
