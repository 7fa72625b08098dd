#pragma once

#include <vector>

#include "base/result.h"
#include "signals/native_histogram.h"

namespace serin::signals {

// A native histogram as Prometheus' API answers it: its buckets by their edges and not by its schema, without
// those that hold nothing.
struct PrometheusHistogram {
    struct Bucket {
        double lower = 0;
        double upper = 0;
        double count = 0;
    };
    double count = 0;  // all observations, NaN included
    std::vector<Bucket> buckets;
};

// The same by schema and index, which the edges tell: within a billionth, as they went through decimals.
// Invalid where they are those of no exponential histogram, such as of custom buckets (schema -53): which
// ones there are beside those that hold something is not answered. Pure.
Result<NativeHistogram> nativeOf(const PrometheusHistogram& histogram);

}  // namespace serin::signals
