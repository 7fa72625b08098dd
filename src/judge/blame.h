#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "judge/fnch.h"
#include "judge/risk_difference.h"

namespace serin::judge {

// Which label values the bad events of one metric have, in both versions: for people who look for the cause.
// It only describes. No evidence, threshold or verdict is made of it, and it promises nothing of chance:
// whoever looks at many values finds some that differ.
//
// A value, of at most kMostLabels labels and kMostBlamedValues values of each, which is about a kilobyte.
// Where there are more, those stay that the canary has most of beyond stable's share; what is crowded out
// begins anew when it comes back.
struct Blame {
    static constexpr size_t kMostBlamedValues = 4;

    struct Row {
        std::string label;
        std::string value;
        uint64_t canary = 0;  // bad events
        uint64_t stable = 0;
        bool operator==(const Row&) const = default;
    };

    Past past;                    // all events and the bad ones, also those of pods that say no label
    std::optional<double> above;  // of a latency: bad is what took longer than this edge
    std::vector<Row> rows;        // ascending by label and value, each once

    // What another interval had; the order of its rows does not matter. Where it is about another edge, all
    // that was before is forgotten.
    void add(const Blame& interval);

    // How many more bad events the canary has than it would have with stable's share of all its events; all
    // of its own where stable counted nothing or has no smaller share.
    double excess() const;
    double excess(const Row& row) const;
    // The rows that have at least a tenth of the excess, the largest first; at most `most`.
    std::vector<Row> worst(size_t most) const;

    bool operator==(const Blame&) const = default;

  private:
    double expectedOf(double stable) const;
    void bound();
};

}  // namespace serin::judge
