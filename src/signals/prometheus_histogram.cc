#include "signals/prometheus_histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/text.h"
#include "signals/number.h"

namespace serin::signals {

namespace {

constexpr double rounding = 1e-9;

// The schema of a bucket between two positive edges; absent where it is of none.
std::optional<int> schemaOf(double lower, double upper) {
    const double schema = -std::log2(std::log2(upper / lower));
    const double whole = std::round(schema);
    // Of neighbouring edges: an error of a billionth is one of up to half a millionth in their ratio's log.
    if (!(std::abs(schema - whole) < 1e-5) || whole < lowestSchema || whole > highestSchema)
        return std::nullopt;
    return static_cast<int>(whole);
}

bool isEdge(double edge, double index, int schema) {
    return std::abs(std::exp2(index * std::exp2(-schema)) / edge - 1) < rounding;
}

std::optional<NativeBucket> bucketOf(double lower, double upper, double count, int schema) {
    const double index = std::round(std::log2(lower) * std::exp2(schema)) + 1;
    // The last edge would be 2^1024, and stands for the largest number.
    const bool last = upper == std::numeric_limits<double>::max();
    if (!isEdge(lower, index - 1, schema) || !(last || isEdge(upper, index, schema))) return std::nullopt;
    return NativeBucket{static_cast<int64_t>(index), count};
}

Error noBucket(const PrometheusHistogram::Bucket& bucket) {
    return invalid(cat("a bucket from ", numberText(bucket.lower), " to ", numberText(bucket.upper),
                       " is of no exponential histogram; custom buckets are not read from Prometheus, let it "
                       "keep the classic ones (always_scrape_classic_histograms)"));
}

bool isWhole(const PrometheusHistogram::Bucket& bucket) {
    return bucket.count >= 0 && std::isfinite(bucket.count) && bucket.lower <= bucket.upper;
}

}  // namespace

Result<NativeHistogram> nativeOf(const PrometheusHistogram& histogram) {
    NativeHistogram out;
    // Without a bucket beside zero nothing tells the schema, and every edge of any has the same count.
    std::optional<int> schema;
    for (const PrometheusHistogram::Bucket& bucket : histogram.buckets) {
        if (!isWhole(bucket)) return noBucket(bucket);
        if (bucket.lower <= 0 && bucket.upper >= 0) {
            if (bucket.upper != -bucket.lower || std::isinf(bucket.upper)) return noBucket(bucket);
            out.zeroThreshold = bucket.upper;
            out.zeroCount += bucket.count;
            continue;
        }
        const bool positive = bucket.lower > 0;
        const double lower = positive ? bucket.lower : -bucket.upper;
        const double upper = positive ? bucket.upper : -bucket.lower;
        auto& side = positive ? out.positive : out.negative;
        // What is infinite stands above the largest number.
        if (std::isinf(upper) && lower > std::numeric_limits<double>::max() / 2) {
            side.push_back({std::numeric_limits<int64_t>::max(), bucket.count});
            continue;
        }
        if (!schema) schema = schemaOf(lower, upper);
        const auto known = schema ? bucketOf(lower, upper, bucket.count, *schema) : std::nullopt;
        if (!known) return noBucket(bucket);
        side.push_back(*known);
    }
    out.schema = schema.value_or(highestSchema);
    const auto byIndex = [](const NativeBucket& a, const NativeBucket& b) { return a.index < b.index; };
    std::ranges::sort(out.positive, byIndex);
    std::ranges::sort(out.negative, byIndex);
    return out;
}

}  // namespace serin::signals
