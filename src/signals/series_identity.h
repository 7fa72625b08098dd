#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "signals/exposition.h"
#include "signals/pod_reading.h"

namespace serin::signals {

// What tells a series from others: a hash of slot, name and labels, the same in every process.

// Where the identities of a name's series in a slot begin.
uint64_t seriesSeed(std::string_view name, Slot slot);

// Adds the labels, in any order; without le when not `withEdge`.
uint64_t seriesIdentity(uint64_t seed, std::span<const Label> labels, bool withEdge);

// Makes the number of a bucket's series, whose identity is so far that without le, that of the edge. By the
// number, not the text: "1" and "1.0" are one edge.
void putAtEdge(double edge, uint64_t seed, SeriesNumber& number);

}  // namespace serin::signals
