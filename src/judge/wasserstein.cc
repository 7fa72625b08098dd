#include "judge/wasserstein.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace serin::judge {
namespace {

double middleOf(const std::vector<double>& edges, size_t bucket) {
    if (bucket == 0) return edges.front();
    if (bucket == edges.size()) return edges.back();
    return (edges[bucket - 1] + edges[bucket]) / 2;
}

double deviationOf(const Histogram& histogram) {
    const auto total = static_cast<double>(histogram.total());
    double mean = 0;
    for (size_t i = 0; i < histogram.buckets.size(); ++i) {
        mean += static_cast<double>(histogram.buckets[i]) / total * middleOf(histogram.edges, i);
    }
    double variance = 0;
    for (size_t i = 0; i < histogram.buckets.size(); ++i) {
        const double apart = middleOf(histogram.edges, i) - mean;
        variance += static_cast<double>(histogram.buckets[i]) / total * apart * apart;
    }
    return std::sqrt(variance);
}

}  // namespace

// W1 is the area between the distribution functions (Vallender 1974). Where both come of the distribution
// function F, their difference at a point is about normal with variance F(1-F)(1/n + 1/m), and the mean of
// its absolute value sqrt(2/pi) times the deviation; F is taken from both together.
Wasserstein wassersteinInDeviations(const Histogram& reference, const Histogram& current) {
    const double deviation = deviationOf(reference);
    if (deviation <= 0) return {std::numeric_limits<double>::infinity(), 0};
    const auto n = static_cast<double>(reference.total());
    const auto m = static_cast<double>(current.total());
    double ofReference = 0;
    double ofCurrent = 0;
    double area = 0;
    double byChance = 0;
    for (size_t i = 0; i < reference.edges.size(); ++i) {
        const double width = middleOf(reference.edges, i + 1) - middleOf(reference.edges, i);
        ofReference += static_cast<double>(reference.buckets[i]);
        ofCurrent += static_cast<double>(current.buckets[i]);
        const double both = (ofReference + ofCurrent) / (n + m);
        area += std::abs(ofReference / n - ofCurrent / m) * width;
        byChance += std::sqrt(2 / std::numbers::pi * both * (1 - both) * (1 / n + 1 / m)) * width;
    }
    return {area / deviation, byChance / deviation};
}

}  // namespace serin::judge
