#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/samples.h"
#include "judge/histogram.h"
#include "judge/memory.h"

namespace serin::judge {

// One arm's histograms of how long requests took, over one interval.
class LatencyArm {
  public:
    enum class Whom { All, Warm };
    // Of the pods that were counted and export the metric; a cold pod is slow because it is cold.
    LatencyArm(const std::vector<api::PodSample>& arm, const std::string& metric, Whom whom);

    size_t pods() const { return pods_.size(); }
    uint64_t requests() const;
    // That all pods with requests have; empty where one has no buckets.
    std::vector<double> edges() const;
    // For each of `edges`, which all pods must have, every pod's requests and the slower ones of them. A
    // pod's requests prove speed once it has served for longer than `censored`: at first only short ones have
    // ended.
    std::vector<std::vector<PodRequests>> slower(const std::vector<double>& edges, Duration censored,
                                                 const AttemptMemory& attempt) const;

  private:
    struct Pod {
        std::string pod;
        Histogram histogram;  // without observations that are no number
        Duration serving{0};
    };
    std::vector<Pod> pods_;
};

}  // namespace serin::judge
