#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/label_counts.h"
#include "signals/exposition.h"

namespace serin::signals {

// Which labels of a source's series are looked at.
struct LabelRule {
    bool wanted = false;                 // the source is of a metric that asks where bad events came from
    std::vector<std::string> fixed;      // the selectors ask for one value of these, which tells nothing
    std::vector<std::string> preferred;  // the selectors name these; they come before the others
    bool byDifference = false;           // bad events are all less the good ones: both must have the label
};

// The labels that tell the series of one source on one page apart, and what those series say there that count
// bad events. Empty where all series are alike.
struct SeriesLabels {
    static constexpr uint8_t kUnknown = 255;  // has no such label, or one of too many values

    struct Column {
        std::string label;
        std::vector<std::string> values;
    };
    struct Row {
        uint64_t key = 0;  // SeriesNumber::series of a counter, SeriesNumber::group of a histogram
        std::array<uint8_t, api::kMostLabels> values{};  // indices in the columns' values, or kUnknown
    };
    std::vector<Column> columns;  // at most kMostLabels
    std::vector<Row> rows;        // ascending by key, each once

    const Row* find(uint64_t key) const;
};

// Gathers them while a page is read. Bounded, whatever the page has: the first kMostCandidates labels that it
// names, and the first kMostKnown values of each.
class LabelCollector {
  public:
    static constexpr size_t kMostCandidates = 8;
    static constexpr size_t kMostKnown = 100;

    // The rule outlives it.
    explicit LabelCollector(const LabelRule& rule) : rule_(rule) {}

    // A series that the source counts. `bad`: it has a part in what is bad, and is found by `key` again.
    void note(std::span<const Label> labels, uint64_t key, bool bad);

    // The labels of which series differ (a label that a series lacks has the value "", as in Prometheus):
    // those that the selectors name first, in their order, then the others by name, as many as are kept.
    // Never those that tell pods and their places apart, and no `le`.
    SeriesLabels finish();

  private:
    struct Candidate {
        std::string label;
        std::string first;  // value
        bool varies = false;
        size_t series = 0;  // that have it
        std::vector<std::string> values;
        std::map<std::string, uint8_t, std::less<>> indices;
    };
    struct Row {
        uint64_t key = 0;
        std::array<uint8_t, kMostCandidates> values{};
    };

    Candidate* candidate(const Label& label);
    std::vector<size_t> chosen() const;
    size_t rank(const std::string& label) const;

    const LabelRule& rule_;
    std::vector<Candidate> candidates_;
    std::vector<Row> rows_;
    size_t series_ = 0;  // noted
};

}  // namespace serin::signals
