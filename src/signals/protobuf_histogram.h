#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "signals/native_histogram.h"

namespace serin::signals {

// A message io.prometheus.client.Histogram, whose buckets may be classic, native or both.
struct ProtobufHistogram {
    double count = 0;  // all observations, NaN included
    double sum = 0;
    double created = 0;           // seconds since 1970; 0 when it does not say
    std::vector<AtEdge> classic;  // in the message's order; +Inf may be missing
    std::optional<NativeHistogram> native;

    // A bucket +Inf alone is none: clients add it to native ones for the sake of its exemplar.
    bool hasClassicBuckets() const;
};

// Invalid when the message breaks the wire format, or its native buckets cannot be told: other schemas than
// -4 to 8, spans and counts that do not fit together, counts below zero; or when it has more than 20,000
// spans or buckets of a kind. Pure.
Result<ProtobufHistogram> readProtobufHistogram(std::string_view message);

// A message google.protobuf.Timestamp in seconds since 1970; false when it is none.
bool readTimestamp(std::string_view message, double& seconds);

}  // namespace serin::signals
