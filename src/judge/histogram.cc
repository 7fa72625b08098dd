#include "judge/histogram.h"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace serin::judge {

uint64_t Histogram::total() const {
    return std::accumulate(buckets.begin(), buckets.end(), uint64_t{0});
}

Histogram coarsened(const Histogram& histogram, const std::vector<double>& edges) {
    Histogram out{edges, std::vector<uint64_t>(edges.size() + 1, 0)};
    size_t target = 0;
    for (size_t i = 0; i < histogram.buckets.size(); ++i) {
        out.buckets[target] += histogram.buckets[i];
        if (target < edges.size() && i < histogram.edges.size() && histogram.edges[i] == edges[target])
            ++target;
    }
    return out;
}

std::vector<double> sharedEdges(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> out;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
    return out;
}

Histogram merged(const Histogram& a, const Histogram& b) {
    const std::vector<double> edges = sharedEdges(a.edges, b.edges);
    Histogram out = coarsened(a, edges);
    const Histogram other = coarsened(b, edges);
    for (size_t i = 0; i < out.buckets.size(); ++i) out.buckets[i] += other.buckets[i];
    return out;
}

std::vector<uint64_t> aboveEdges(const Histogram& histogram) {
    std::vector<uint64_t> out(histogram.edges.size(), 0);
    uint64_t above = 0;
    for (size_t i = out.size(); i-- > 0;) out[i] = above += histogram.buckets[i + 1];
    return out;
}

bool isHistogram(const api::Counts& counts) {
    return !counts.edges.empty() && counts.buckets.size() == counts.edges.size() + 1;
}

}  // namespace serin::judge
