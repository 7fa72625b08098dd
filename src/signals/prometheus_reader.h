#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "base/clock.h"
#include "net/transport.h"
#include "signals/lanes.h"
#include "signals/prometheus_reading.h"

namespace serin::signals {

// Reads the pods of rounds from the Prometheus that each names, and puts queries to one, on threads of its
// own: what is read of pods' pages never waits for one of these threads, nor does one Prometheus for another.
// A round as a whole does wait for its queries, at most min(interval / 2, 5 s) and what resolving the
// server's name takes beyond that. Safe to call from several threads at once. The poster and the clock
// outlive it; destruction waits for the questions under way.
class PrometheusReader {
  public:
    // `maxThreads` 0: everything happens within start() and answer().
    PrometheusReader(net::FormPoster& poster, const Clock& clock, size_t maxThreads = 16);

    // Gives the pods of `round` their readings and calls `done` once, on a thread of the reader; until then
    // the round is only touched here, but for the pods' answers about their models. One question for all of
    // them, answered within min(interval / 2, 5 s), the wait for its turn included. Questions to one server
    // share their turns, and nothing else: each is asked with its own access.
    void start(const PrometheusOrigin& origin, const net::Access& access, Duration interval, Round& round,
               std::function<void()> done);

    // Gives the query its answer as of `at`, or the reason why there is none (where its access is not known,
    // the reason of that as it stands), and calls `done` in the same way (on the calling thread where its
    // access is not known) and within the same time. Until then `result` is only touched here.
    void answer(QueryResult& result, Timestamp at, Duration interval, std::function<void()> done);

  private:
    struct Question;
    Question questionOf(const api::PrometheusSource& source, const net::Access& access, std::string query,
                        Timestamp at, Duration interval) const;
    // With whom it is about, and without our secrets.
    static Error failureOf(const Question& question, const Error& why);
    // What the source of the question said, undecoded; an Error says by itself whom it is about.
    Result<HttpResponse> ask(const Question& question);
    void read(const Question& question, const std::string& space, Round& round);
    Result<double> numberOf(const Question& question, Duration interval);

    net::FormPoster& poster_;
    const Clock& clock_;
    std::mutex decoding_;  // one answer at a time: it may need a lot of memory
    Lanes lanes_;          // last: its threads use the members above
};

}  // namespace serin::signals
