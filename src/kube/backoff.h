#pragma once

#include <functional>

#include "base/time.h"

namespace serin::kube {

// Numbers in [0, 1). Comes from outside, so that simulations are repeatable.
using Random = std::function<double()>;

// Waits that grow: base·2^n, plus up to as much again by chance, at most `cap`. Starts over after `quiet`
// without a failure. Values as client-go's reflector has them. Times are of a clock that does not jump.
class Backoff {
  public:
    struct Options {
        Duration base{800};
        Duration cap{30'000};
        Duration quiet{120'000};
        double jitter = 1.0;  // share of the wait that chance may add
    };
    Backoff(Options options, Random random);

    // How long to wait after a failure at `now`.
    Duration next(Duration now);
    void reset();

  private:
    Options options_;
    Random random_;
    Duration wait_{0};
    Duration lastFailure_{0};
};

}  // namespace serin::kube
