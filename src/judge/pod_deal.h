#pragma once

#include <cstdint>

#include "api/samples.h"

namespace serin::judge {

// Deals the pods of both arms anew, as may be done where both versions are the same: then it is chance alone
// which pods are canaries. Each pod draws one lot for good, and of a stratum's pods those with the lowest
// lots are canaries, as many as were recorded. So a canary stays one while pods only join. A value; the same
// seed deals alike on every machine.
class PodDeal {
  public:
    explicit PodDeal(uint64_t seed) : seed_(seed) {}

    api::Stratum dealt(const api::Stratum& recorded) const;
    // Of who would be canaries in it: two deals that make the same ones have the same number, others but for
    // a chance of 2^-64 do not.
    uint64_t fingerprint(const api::Stratum& recorded) const;

  private:
    uint64_t lotOf(const api::PodSample& pod) const;

    uint64_t seed_;
};

// The nth seed that follows from `seed` (splitmix64: Steele, Lea and Flood, OOPSLA 2014).
uint64_t nthSeed(uint64_t seed, uint64_t n);

}  // namespace serin::judge
