#pragma once

namespace serin::signals {

// The edges at which a native histogram is counted: 2^(k·2^-schema) for all k from `lowest` to `highest`, and
// with both signs the negative ones too. They are powers of two and of their roots, so that every finer
// resolution has all of them, and fixed: the same numbers for every version, pod and process, whatever was
// observed.
struct EdgeGrid {
    int schema = 0;  // 0 or 1: edges for each power of two
    int lowest = 0;
    int highest = 0;
    bool bothSigns = false;

    // The edge k. Exact in schema 0, and in schema 1 the double nearest to it.
    double edge(int k) const;
};

// For times in units of so many seconds: from 2^-10 s (0.98 ms) to 2^7 s, two edges for each power of two
// (35). In units of 1/1000 s they begin at 1, in units of 1/1000000 s at 1,024.
EdgeGrid latencyGrid(double unitSeconds);

// For numbers of any kind: from 2^-8 (0.0039) to 2^20 (1,048,576) and the same below zero (58). One edge for
// each power of two, for the index by which a drift is judged needs observations for each bucket.
EdgeGrid valueGrid();

}  // namespace serin::signals
