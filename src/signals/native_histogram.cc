#include "signals/native_histogram.h"

#include <numeric>
#include <optional>

namespace serin::signals {

namespace {

double sumOf(const std::vector<NativeBucket>& buckets) {
    return std::accumulate(buckets.begin(), buckets.end(), 0.0,
                           [](double sum, const NativeBucket& bucket) { return sum + bucket.count; });
}

// The bucket of the schema that ends at the grid's edge k.
std::optional<int64_t> bucketAt(int k, int gridSchema, int schema) {
    const int64_t edge = k;
    if (schema >= gridSchema) return edge * (int64_t{1} << (schema - gridSchema));
    const int64_t wider = int64_t{1} << (gridSchema - schema);
    if (edge % wider != 0) return std::nullopt;
    return edge / wider;
}

}  // namespace

double NativeHistogram::all() const {
    return sumOf(negative) + zeroCount + sumOf(positive);
}

std::vector<AtEdge> countsAt(const NativeHistogram& histogram, const EdgeGrid& grid) {
    std::vector<AtEdge> out;
    // Edges within the zero bucket are none.
    const auto bucketOf = [&](int k) {
        return grid.edge(k) < histogram.zeroThreshold ? std::nullopt
                                                      : bucketAt(k, grid.schema, histogram.schema);
    };
    auto below = histogram.negative.rbegin();
    double sum = 0;
    for (int k = grid.highest; grid.bothSigns && k >= grid.lowest; --k) {
        const auto bucket = bucketOf(k);
        if (!bucket) continue;
        for (; below != histogram.negative.rend() && below->index > *bucket; ++below) sum += below->count;
        out.push_back({-grid.edge(k), sum});
    }
    auto next = histogram.positive.begin();
    sum = sumOf(histogram.negative) + histogram.zeroCount;
    for (int k = grid.lowest; k <= grid.highest; ++k) {
        const auto bucket = bucketOf(k);
        if (!bucket) continue;
        for (; next != histogram.positive.end() && next->index <= *bucket; ++next) sum += next->count;
        out.push_back({grid.edge(k), sum});
    }
    return out;
}

}  // namespace serin::signals
