#include "judge/state_codec.h"

#include <algorithm>

#include "judge/state_fields.h"

namespace serin::judge {
namespace {

constexpr std::string_view kFormat = "serin-judge/7";

// Without groups the evidence that leaves pods out starts anew: harm by errors or latency then needs new
// evidence of each pod.
void dropGroups(AttemptMemory& attempt) {
    for (MetricMemory& metric : attempt.metrics) {
        for (RateEvidence& rate : metric.rate.rates) rate.without.clear();
    }
    for (auto& [key, pod] : attempt.podsSeen) pod.group = kNoGroup;
    attempt.groupNames.clear();
    attempt.groupsMade = 0;
}

bool consistent(const Histogram& arm) {
    return arm.buckets.empty() ? arm.edges.empty() : arm.buckets.size() == arm.edges.size() + 1;
}

// Both arms have the same buckets, once both have any.
bool consistent(const DriftEvidence& drift) {
    if (!drift.equality.bets.empty() && drift.equality.bets.size() != kEqualityBets) return false;
    if (!drift.classes.empty()) {
        return drift.canary.edges.empty() && drift.stable.edges.empty() &&
               drift.canary.buckets.size() == drift.classes.size() &&
               drift.stable.buckets.size() == drift.classes.size() &&
               std::is_sorted(drift.classes.begin(), drift.classes.end());
    }
    const bool compared = !drift.invalid && !drift.canary.buckets.empty() && !drift.stable.buckets.empty();
    return consistent(drift.canary) && consistent(drift.stable) &&
           (!compared || drift.canary.edges == drift.stable.edges);
}

bool consistent(const ReferenceEvidence& evidence) {
    if (evidence.live.buckets.empty() || !evidence.live.edges.empty()) {
        return evidence.classes.empty() && consistent(evidence.live);
    }
    return evidence.live.buckets.size() == evidence.classes.size() &&
           std::ranges::is_sorted(evidence.classes);
}

// An error rate, a share, a query or a mean has one rate, a latency one an edge; whoever goes on relies on
// it.
bool consistent(const MetricMemory& metric) {
    const RateMetric& rate = metric.rate;
    const DriftEvidence& drift = *metric.drift;
    if (!consistent(drift)) return false;
    const bool counted = !drift.canary.buckets.empty() || !drift.stable.buckets.empty();
    if (!metric.definition->byLabel.empty() && drift.classes.empty() && counted) return false;
    switch (metric.definition->kind) {
        case api::MetricKind::ErrorRate:
        case api::MetricKind::Share:
        case api::MetricKind::Query:
        case api::MetricKind::Mean:
            return rate.edges.empty() && rate.rates.size() == 1;
        case api::MetricKind::Latency:
            return rate.edges.size() == rate.rates.size() && rate.edges.size() <= kMostEdges &&
                   std::is_sorted(rate.edges.begin(), rate.edges.end());
        default:
            return rate.rates.empty();
    }
}

}  // namespace

std::string encodeWhole(const Memory& memory) {
    StateWriter writer;
    writer(memory);
    return std::string(kFormat) + " " + writer.text();
}

std::string encodeState(const Memory& memory) {
    std::string text = encodeWhole(memory);
    if (text.size() <= kMostState) return text;
    Memory smaller = memory;
    smaller.pending.reset();
    for (MetricMemory& metric : smaller.attempt.metrics) metric.blame = {};
    text = encodeWhole(smaller);
    if (text.size() <= kMostState) return text;
    dropGroups(smaller.attempt);
    text = encodeWhole(smaller);
    if (text.size() <= kMostState) return text;
    for (auto& [name, evidence] : smaller.references) evidence.startWindow();
    text = encodeWhole(smaller);
    if (text.size() <= kMostState) return text;
    for (MetricMemory& metric : smaller.attempt.metrics) {
        if (DriftEvidence* drift = metric.drift.ifMade()) drift->startStep();
    }
    text = encodeWhole(smaller);
    return text.size() <= kMostState ? text : std::string(kFormat);
}

std::optional<Memory> decodeState(const std::string& text) {
    if (!text.starts_with(kFormat) || text.size() <= kFormat.size() || text[kFormat.size()] != ' ') {
        return std::nullopt;
    }
    StateReader reader(std::string_view(text).substr(kFormat.size() + 1));
    Memory memory;
    reader(memory);
    if (!reader.ok() || !reader.atEnd()) return std::nullopt;
    const std::vector<MetricMemory>& metrics = memory.attempt.metrics;
    const auto fits = [](const MetricMemory& metric) { return consistent(metric); };
    if (!std::all_of(metrics.begin(), metrics.end(), fits)) return std::nullopt;
    const auto& references = memory.references;
    if (!std::ranges::all_of(references, [](const auto& known) { return consistent(known.second); })) {
        return std::nullopt;
    }
    return memory;
}

}  // namespace serin::judge
