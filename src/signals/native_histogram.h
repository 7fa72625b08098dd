#pragma once

#include <cstdint>
#include <vector>

#include "signals/edge_grid.h"

namespace serin::signals {

inline constexpr int lowestSchema = -4;
inline constexpr int highestSchema = 8;

// Observations of one exponential bucket.
struct NativeBucket {
    int64_t index = 0;
    double count = 0;
};

// A native (exponential) histogram, https://prometheus.io/docs/specs/native_histograms/. Bucket i of
// `positive` holds what is above 2^((i-1)·2^-schema) and at most 2^(i·2^-schema); `negative` is its mirror.
struct NativeHistogram {
    int schema = 0;            // lowestSchema to highestSchema: 2^schema buckets for each power of two
    double zeroThreshold = 0;  // the zero bucket reaches from its negative to it, both included
    double zeroCount = 0;
    std::vector<NativeBucket> positive;  // ascending by index, each once; those left out hold nothing
    std::vector<NativeBucket> negative;

    // All that was observed but NaN, which is in no bucket.
    double all() const;
};

// The observations at or below an edge.
struct AtEdge {
    double edge = 0;
    double upTo = 0;
};

// The histogram's counts at those edges of the grid that are edges of its own buckets, ascending: exact, as
// none is interpolated. A coarser schema than the grid's lacks some, a wide zero bucket those within it. At a
// negative edge what lies right on it counts as above.
std::vector<AtEdge> countsAt(const NativeHistogram& histogram, const EdgeGrid& grid);

}  // namespace serin::signals
