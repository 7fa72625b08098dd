#pragma once

#include <functional>
#include <string>

#include "api/fetch_progress.h"
#include "base/clock.h"
#include "base/result.h"
#include "fetch/options.h"
#include "fetch/programs.h"
#include "fetch/transfer.h"
#include "fetch/waiter.h"
#include "sources/exchange.h"

namespace serin::fetch {

// What it works with. All of it outlives the run and may be used from several threads at once.
struct Means {
    Transfers& transfers;
    sources::Exchange& exchange;
    const Clock& clock;
    Waiter& waiter;
    Programs& programs;
    std::function<double()> lot;                  // evenly from [0, 1)
    std::function<void(const std::string&)> say;  // one line for people
    std::string boot;                             // of the kernel, see Manifest; empty where it is not known
    std::function<void(const api::FetchProgress&)> tell;  // how far it is, about each second
};

// Has the model in the folder, or says why not. Says how it goes every three seconds and what it was at the
// end. Errors hold no secrets and name what to do.
Result<void> fetchModel(const Options& options, const Means& means);

}  // namespace serin::fetch
