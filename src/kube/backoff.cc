#include "kube/backoff.h"

#include <algorithm>
#include <utility>

namespace serin::kube {

Backoff::Backoff(Options options, Random random) : options_(options), random_(std::move(random)) {}

Duration Backoff::next(Duration now) {
    const bool quiet = wait_.count() > 0 && now - lastFailure_ > options_.quiet;
    wait_ = (wait_.count() == 0 || quiet) ? options_.base : std::min(options_.cap, wait_ * 2);
    lastFailure_ = now;
    const double share = 1.0 + options_.jitter * random_();
    const Duration spread{static_cast<Duration::rep>(static_cast<double>(wait_.count()) * share)};
    return std::min(options_.cap, spread);
}

void Backoff::reset() {
    wait_ = Duration{0};
}

}  // namespace serin::kube
