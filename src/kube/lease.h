#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace serin::kube {

// The part of a coordination.k8s.io/v1 Lease that an election reads and writes.
struct Lease {
    std::string space;
    std::string name;
    std::string uid;
    std::string resourceVersion;
    std::string holder;  // empty: nobody
    std::chrono::seconds duration{0};
    std::string acquireTime;  // MicroTime texts, compared only for change, never with a clock
    std::string renewTime;
    int transitions = 0;

    // Whether a holder did something between the two: anything in the spec or its version moved.
    friend bool operator==(const Lease&, const Lease&) = default;
};

Result<Lease> parseLease(std::string_view json);
// The body of a POST (no resourceVersion) or PUT.
std::string leaseBody(const Lease& lease);

}  // namespace serin::kube
