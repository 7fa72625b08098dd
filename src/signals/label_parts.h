#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/samples.h"
#include "signals/pod_reading.h"

namespace serin::signals {

// Of each latency by its name, from how many seconds on a request of it is a bad one. A latency that is not
// in there is not told apart by labels.
using SlowerThan = std::map<std::string, double>;

// What the bad events of one pod in one interval were, by label value, for each metric of a selection. A
// value: it lives for as long as the interval's scrapes are added up. Describes, and counts nothing twice or
// anew: what a series rose by is what it counts by elsewhere.
class LabelParts {
  public:
    using Events = std::map<std::pair<std::string, std::string>, double>;  // by label and value

    // Both outlive it.
    LabelParts(const Selection& selection, const SlowerThan& slowerThan);

    // What the series of the source with that index rose by, in the order of the reading. Without them the
    // source adds nothing: they were not told apart.
    void add(size_t source, const SourceReading& reading, const std::vector<double>& rises);

    // Puts what was added up into the counts of the metric with that index.
    void giveTo(size_t metric, api::Counts& counts) const;

  private:
    struct Part {
        Events events;
        std::optional<double> edge;  // of a histogram
        bool ofTwoEdges = false;     // of different scrapes: no sum of these
    };

    const Selection& selection_;
    const SlowerThan& slowerThan_;
    std::vector<Part> parts_;  // by metric
};

}  // namespace serin::signals
