#pragma once

#include <optional>
#include <string>

#include "base/http.h"
#include "base/result.h"
#include "base/time.h"
#include "kube/backoff.h"
#include "kube/lease.h"
#include "kube/request.h"

namespace serin::kube {

// Election of one leader by a Lease, as client-go does it, with a fence.
//
// A pure machine: boot times (Clock::sinceBoot) and answers in, requests and decisions out. A Lease is held
// by someone else until it has not *changed* for its duration as seen from here; its own times are never
// compared with our clock. We lead while now < fenceUntil = the time the last successful write was SENT +
// renewDeadline: that moment comes before anyone else can take the Lease, however late the answer was. Not
// thread-safe.
//
// How to drive it: call next(now, wall); send its request, if any, and report onAnswer; wait until wakeAt.
class Election {
  public:
    struct Options {
        std::string space;
        std::string name = "serin-controller";
        std::string identity;  // unique for each process: "<pod>_<random>"
        Duration leaseDuration{15'000};
        Duration renewDeadline{10'000};
        Duration retryPeriod{2'000};
    };
    // Refused unless leaseDuration > renewDeadline > 1.2·retryPeriod > 0, leaseDuration is in whole seconds,
    // and name, namespace and identity are not empty.
    static Result<void> check(const Options& options);

    // Precondition: check(options).ok().
    Election(Options options, RequestBuilder requests, Random random);

    struct Step {
        std::optional<HttpRequest> request;  // its timeout is 5 s at most, and never longer than the fence
        Duration wakeAt{0};                  // meaningful when there is no request
    };
    Step next(Duration now, Timestamp wall);
    void onAnswer(const Result<HttpResponse>& answer, Duration now);

    bool leading(Duration now) const { return now < fenceUntil_; }
    Duration fenceUntil() const { return fenceUntil_; }
    // True once leadership was held and ended without release(): the process must stop its work (and exit).
    bool lost(Duration now) const;
    // Who holds the Lease, as last seen; empty when nobody or unknown.
    const std::string& holder() const { return observed_.holder; }
    // Why the last attempt failed; empty after a success.
    const std::string& lastFailure() const { return lastFailure_; }

    // Call once, only after all who write have stopped: closes the fence and returns the PUT that gives the
    // Lease away at once. Nothing when we do not hold it. Best effort: its answer does not matter.
    std::optional<HttpRequest> release(Duration now, Timestamp wall);

  private:
    enum class Pending { None, Get, Create, Update };

    // Whether the Lease, as just read, may be taken.
    bool free(Duration now) const;
    Step get(Duration now);
    Step write(Duration now, Timestamp wall);
    Step sent(HttpRequest request, Pending pending, Duration now);
    void observe(const Lease& lease, Duration now);
    void onGet(const HttpResponse& answer, Duration now);
    void onWrite(const HttpResponse& answer, Duration now);
    void failed(std::string why, Duration retryAt);
    // When one who waits looks at a Lease that is held: after a half to a whole retryPeriod, and at the
    // moment it ends. So a Lease is taken at most its duration + retryPeriod after its last renewal; with
    // client-go's 1 to 2.2 periods it would be up to 7 s later.
    Duration lookAt(Duration now);
    // When the next attempt is due after one that failed: client-go's period and jitter.
    Duration restUntil(Duration now);

    Options options_;
    RequestBuilder requests_;
    Random random_;
    Lease observed_;
    bool seen_ = false;  // observed_ is a Lease of the server
    bool fresh_ =
        false;  // observed_ (or its absence) is what the server said last; a decision may rest on it
    bool absent_ = false;  // the server had no Lease when last asked
    Duration seenAt_{0};   // when observed_ last changed
    Pending pending_ = Pending::None;
    Duration sentAt_{0};
    Duration wakeAt_{0};
    Duration fenceUntil_{0};
    bool held_ = false;
    bool released_ = false;
    std::string lastFailure_;
};

}  // namespace serin::kube
