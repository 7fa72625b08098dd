#include "api/samples.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace serin::api {
namespace {

// What is persisted may have been tampered with.
bool isHistogram(const Counts& counts) {
    return counts.classes.empty() && counts.buckets.size() == counts.edges.size() + 1;
}

void addClasses(const Counts& first, const Counts& second, Counts& out) {
    std::map<std::string, uint64_t> events;
    for (const Counts* counts : {&first, &second}) {
        const size_t known = std::min(counts->classes.size(), counts->buckets.size());
        for (size_t i = 0; i < known; ++i) events[counts->classes[i]] += counts->buckets[i];
    }
    for (const auto& [name, count] : events) {
        out.classes.push_back(name);
        out.buckets.push_back(count);
    }
}

void addBuckets(const Counts& first, const Counts& second, Counts& out) {
    const auto edge = [](const Counts& counts, size_t bucket) {
        return bucket < counts.edges.size() ? counts.edges[bucket] : std::numeric_limits<double>::infinity();
    };
    out.buckets.push_back(0);
    size_t i = 0, k = 0;
    while (i < first.buckets.size() || k < second.buckets.size()) {
        const double a = edge(first, i), b = edge(second, k);
        if (a <= b) out.buckets.back() += first.buckets[i++];
        if (b <= a) out.buckets.back() += second.buckets[k++];
        if (a != b || std::isinf(a)) continue;
        out.edges.push_back(a);
        out.buckets.push_back(0);
    }
}

void addLabels(const Counts& first, const Counts& second, Counts& out) {
    if (first.badAbove != second.badAbove) return;
    out.badAbove = first.badAbove;
    if (first.labels.empty() || second.labels.empty()) {
        out.labels = first.labels.empty() ? second.labels : first.labels;
        return;
    }
    out.labels = first.labels;
    out.labels.insert(out.labels.end(), second.labels.begin(), second.labels.end());
    out.labels = gathered(out.labels);
}

}  // namespace

Counts together(const Counts& first, const Counts& second) {
    Counts out;
    out.total = first.total + second.total;
    out.bad = first.bad + second.bad;
    out.sum = first.sum + second.sum;
    out.sumIsNaN = first.sumIsNaN || second.sumIsNaN;
    addLabels(first, second, out);
    // A histogram without observations may not have its buckets yet.
    if (first.total == 0 || second.total == 0) {
        const Counts& seen = first.total == 0 ? second : first;
        out.edges = seen.edges;
        out.buckets = seen.buckets;
        out.classes = seen.classes;
        return out;
    }
    if (!first.classes.empty() || !second.classes.empty()) {
        addClasses(first, second, out);
    } else if (isHistogram(first) && isHistogram(second)) {
        addBuckets(first, second, out);
    }
    return out;
}

}  // namespace serin::api
