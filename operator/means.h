#pragma once

#include <functional>
#include <stop_token>

#include "base/clock.h"
#include "base/log.h"
#include "kube/backoff.h"
#include "kube/request.h"
#include "net/transport.h"
#include "runtime/metrics.h"
#include "runtime/options.h"
#include "runtime/recording_shelf.h"

namespace serin {

// What the parts of one operator process have in common. What is referred to outlives them.
struct Means {
    const runtime::Options& options;
    net::Transport& transport;  // to the API server
    kube::RequestBuilder requests;
    const Clock& clock;
    const Clock& machineClock;  // for what others wrote: the times in credentials
    Logger& log;
    kube::Random random;
    std::stop_token stop;  // of the process
    // Whether this process leads, by its Lease.
    std::function<bool()> mayWrite;
    runtime::Metrics& metrics;
    runtime::RecordingShelf& recordings;
};

}  // namespace serin
