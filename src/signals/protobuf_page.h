#pragma once

#include <string_view>

#include "signals/exposition.h"

namespace serin::signals {

// Reads Prometheus' protobuf exposition: messages io.prometheus.client.MetricFamily (client_model's
// metrics.proto), each behind its length. What it hands out is what the same page has in text: "x_bucket",
// "x_sum" and "x_count" of a histogram or a summary, and "x_created" where a creation time is told, as
// OpenMetrics has it. A histogram with classic buckets is read by these; one that has native ones alone comes
// as a NativeSample. Exemplars are skipped, and gauge histograms, which count nothing. Families of which
// nothing is wanted are looked at as far as their names. PageSummary::samples counts metrics (a histogram is
// one) and the classic buckets of wanted ones.
PageSummary readProtobuf(std::string_view page, const PageLimits& limits, PageSink& sink);

}  // namespace serin::signals
