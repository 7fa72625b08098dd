#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "base/result.h"
#include "signals/edge_grid.h"
#include "signals/exposition.h"
#include "signals/pod_reading.h"

namespace serin::signals {

// The histograms of a source, by SeriesNumber::group, that have an edge below +Inf.
std::set<uint64_t> groupsWithBuckets(const SourceReading& source);

// The series that a classic histogram with the edges of the grid would have; `family` is where the identity
// of its group begins. Invalid when it tells no counts.
Result<std::vector<SeriesNumber>> seriesOfNative(const NativeSample& sample, uint64_t family,
                                                 const EdgeGrid& grid);

// Native histograms count where no classic buckets of the same histogram do. The source is another one then.
void joinNatives(const std::vector<SeriesNumber>& natives, const EdgeGrid& grid, SourceReading& source);

// Whether a judged histogram has no bucket but +Inf: what a page in text shows of a native one.
bool lacksBuckets(const PodReading& reading);

// A reading whose histograms without buckets are those of the same pod's page in protobuf, read right after.
// All else stays as text says it: names may differ there (OpenMetrics ends a counter with _total whatever it
// is called), and proxies that join pages in text may leave out what they cannot join in protobuf
// (pomerium/pomerium#4636). Unavailable when the process restarted between the two.
Result<PodReading> withNativeHistograms(PodReading text, PodReading protobuf);

}  // namespace serin::signals
