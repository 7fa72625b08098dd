#include "judge/latency_arm.h"

#include <algorithm>
#include <initializer_list>

#include "judge/pod_memory.h"
#include "judge/strata.h"

namespace serin::judge {

LatencyArm::LatencyArm(const std::vector<api::PodSample>& arm, const std::string& metric, Whom whom) {
    for (const PodCounts& pod : countsOf(arm, metric)) {
        if (whom == Whom::Warm && !pod.warm) continue;
        Histogram histogram{{}, {pod.counts->total}};
        if (isHistogram(*pod.counts)) histogram = {pod.counts->edges, pod.counts->buckets};
        pods_.push_back({pod.pod, std::move(histogram), pod.serving});
    }
}

uint64_t LatencyArm::requests() const {
    uint64_t sum = 0;
    for (const Pod& pod : pods_) sum += pod.histogram.total();
    return sum;
}

std::vector<double> LatencyArm::edges() const {
    std::vector<double> out;
    bool any = false;
    for (const Pod& pod : pods_) {
        if (pod.histogram.total() == 0) continue;
        out = any ? sharedEdges(out, pod.histogram.edges) : pod.histogram.edges;
        any = true;
    }
    return out;
}

std::vector<std::vector<PodRequests>> LatencyArm::slower(const std::vector<double>& edges, Duration censored,
                                                         const AttemptMemory& attempt) const {
    std::vector<std::vector<PodRequests>> out(edges.size());
    for (const Pod& pod : pods_) {
        const uint64_t total = pod.histogram.total();
        if (total == 0) continue;
        const std::vector<uint64_t> above = aboveEdges(coarsened(pod.histogram, edges));
        for (size_t i = 0; i < edges.size(); ++i) {
            out[i].push_back({total, above[i], pod.serving >= censored, groupOf(attempt, pod.pod)});
        }
    }
    return out;
}

}  // namespace serin::judge
