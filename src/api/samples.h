#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/label_counts.h"
#include "base/time.h"

namespace serin::api {

// What one judged metric counted in one pod over one interval.
struct Counts {
    // ErrorRate: requests and failed requests. Of a histogram: `total` observations, `bad` unused.
    uint64_t total = 0;
    uint64_t bad = 0;
    double sum = 0;  // Mean: of what was observed; `total` is how often
    // Of a histogram: ascending finite upper edges and the observations per bucket (edges.size() + 1 entries,
    // the last one above every edge). Not cumulative. Empty for ErrorRate.
    std::vector<double> edges;
    std::vector<uint64_t> buckets;
    // Of classes: their names, ascending, and events per class in `buckets`; `edges` is empty.
    std::vector<std::string> classes;
    // Of a histogram: the sum of all that its process ever observed is NaN, as it stays once one of them was.
    // Where that one is counted differs from client to client: above every edge, in `total` alone, or
    // nowhere.
    bool sumIsNaN = false;
    // What series the bad ones came from, as gathered() keeps it: of labels that differ among the series that
    // are counted (src/signals/series_labels.h). Empty where none do. It is for people and decides nothing.
    std::vector<LabelCount> labels{};
    // Of a histogram: `labels` is about the observations above this one of its edges. Absent where nobody
    // asked.
    std::optional<double> badAbove{};

    bool operator==(const Counts&) const = default;
};

// Two intervals that follow each other as one; a histogram keeps the edges that both have, and labels only
// where both are about the same edge.
Counts together(const Counts& first, const Counts& second);

// What one pod did between two scrapes.
struct PodSample {
    std::string pod;                       // uid
    std::string name;                      // for people
    Duration exposure{0};                  // how long this pod was watched within the stratum
    Duration notReady{0};                  // how much of that its endpoint was not ready
    int restarts = 0;                      // process restarts seen (start time moved or counters fell)
    int lostScrapes = 0;                   // scrapes that failed although the pod was scraped before
    bool counted = false;                  // `counts` holds deltas of this interval
    bool warm = false;                     // its warm-up is over at the start of this interval
    Duration serving{0};                   // since its first request, at the start of this interval
    std::map<std::string, Counts> counts;  // by metric name; a metric that the pod does not export is absent
};

// One look at a metric of kind Query.
struct Look {
    Timestamp at;                 // the moment that it was answered for
    std::optional<double> value;  // finite
    std::string trouble;          // why there is no value, in words; empty when there is one

    bool operator==(const Look&) const = default;
};

// One interval of one ModelDeployment: all its pods, scraped within the same half second.
struct Stratum {
    Timestamp from;
    Timestamp to;
    Duration spread{0};  // between the first and the last scrape of the closing round
    std::vector<PodSample> stable;
    std::vector<PodSample> canary;
    // Why pods could not be scraped ("10.0.0.7:8082: connection refused"), one line a cause.
    std::vector<std::string> troubles;
    // Every ready canary pod left this many consecutive questions for its model unanswered (time-outs).
    int canarySilentRounds = 0;
    std::map<std::string, std::vector<Look>> looks;  // at the canary, in time order; by metric name
};

}  // namespace serin::api
