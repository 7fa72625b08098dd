#pragma once

#include <cstdint>
#include <vector>

#include "api/samples.h"

namespace serin::judge {

// Observations per bucket: ascending finite upper edges, and one bucket above them all.
struct Histogram {
    std::vector<double> edges;
    std::vector<uint64_t> buckets;

    uint64_t total() const;
    bool operator==(const Histogram&) const = default;
};

// The observations in wider buckets; `edges` must be some of the histogram's own. Exact.
Histogram coarsened(const Histogram& histogram, const std::vector<double>& edges);
std::vector<double> sharedEdges(const std::vector<double>& a, const std::vector<double>& b);

// What two histograms hold together, in the buckets between the edges they share.
Histogram merged(const Histogram& a, const Histogram& b);

// How many observations lie above each edge.
std::vector<uint64_t> aboveEdges(const Histogram& histogram);

// False when the counts are no histogram: no edges, or not one bucket more than edges.
bool isHistogram(const api::Counts& counts);

}  // namespace serin::judge
