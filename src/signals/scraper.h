#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "net/transport.h"
#include "signals/prometheus_reader.h"
#include "signals/round.h"
#include "signals/thread_pool.h"

namespace serin::signals {

struct RoundRequest {
    std::vector<Target> targets;
    std::shared_ptr<const Selection> selection;
    Duration interval{0};  // of the analysis; a pod gets min(interval / 2, 3 s) to answer
                           // for its metrics, and 3 s for its model: that silence takes its traffic away, and
                           // half a second of a busy node is none
    std::optional<PrometheusOrigin> prometheus = std::nullopt;  // to be read instead of the pods' pages
    bool read = true;  // false: the pods are only asked for their models
    // To Prometheus, or to those pods that serve their metrics over TLS. An Error: it is not known yet, and
    // what would need it fails as a whole, for part of a round would be compared with nothing.
    Result<net::Access> access = net::Access{};
    std::vector<Query> queries{};  // asked at the same time, each in at most min(interval / 2, 5 s)
    // Why no metrics are to be read: every reading fails with it. It says by itself what it is about. Pods
    // are still asked for their models.
    std::optional<Error> unreadable = std::nullopt;
};

// Scrapes pods in parallel on threads of its own, shared by all ModelDeployments. Safe to call from several
// threads at once. The fetcher and the clock outlive it; destruction waits for the requests under way (≤ 3
// s).
class Scraper {
  public:
    // `maxThreads` 0: everything happens within start(), pod after pod, as a simulation wants it. Without a
    // reader (which outlives it) what is to be read from Prometheus fails.
    Scraper(net::Fetcher& fetcher, const Clock& clock, size_t maxThreads = 32,
            PrometheusReader* prometheus = nullptr);

    // Starts a round, which ends when all of it is answered or given up, and returns at once. `done` is
    // called exactly once, on a thread of the scraper (on the calling one when there is nothing to ask), and
    // must not block. Rounds not finished at destruction report their pods as Stopped.
    void start(RoundRequest request, std::function<void(Round)> done);

    // The same, waiting for the result.
    Round scrape(RoundRequest request);

  private:
    struct Pending;
    // How many answers are to be waited for; what cannot be asked for has failed already.
    static size_t readingsOf(const RoundRequest& request, Pending& pending);
    void readFrom(const PrometheusOrigin& origin, Duration interval, const std::shared_ptr<Pending>& pending);
    void askQueries(const std::vector<QueryResult*>& queries, Duration interval,
                    const std::shared_ptr<Pending>& pending);
    // A page in text; where that shows a judged histogram without buckets, as it does a native one, the page
    // in protobuf as well. Protobuf is not offered first: what everybody's pages are read by stays as it is,
    // and proxies that join pages break where it is asked for (istio/istio#60322).
    void fetchMetrics(Pending& pending, size_t index);
    Result<PodReading> readPageOf(const Pending& pending, const Target& target, net::Offer offer,
                                  Duration timeout);
    void askModel(Pending& pending, size_t index);

    net::Fetcher& fetcher_;
    const Clock& clock_;
    PrometheusReader* prometheus_;
    ThreadPool pool_;  // last: its threads use the members above
};

}  // namespace serin::signals
