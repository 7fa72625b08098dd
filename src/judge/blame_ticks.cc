#include "judge/blame_ticks.h"

#include <algorithm>
#include <optional>

#include "judge/histogram.h"
#include "judge/strata.h"

namespace serin::judge {
namespace {

struct Events {
    uint64_t all = 0;
    uint64_t bad = 0;
};

// Of a histogram with `above`; nothing where that is no edge of it.
std::optional<Events> eventsOf(const api::Counts& counts, const std::optional<double>& above) {
    if (!above) return Events{counts.total, std::min(counts.bad, counts.total)};
    const auto edge = std::ranges::find(counts.edges, *above);
    if (edge == counts.edges.end() || !isHistogram(counts)) return std::nullopt;
    Events out;
    const auto bucket = static_cast<size_t>(edge - counts.edges.begin());
    for (size_t i = 0; i < counts.buckets.size(); ++i) {
        out.all += counts.buckets[i];
        if (i > bucket) out.bad += counts.buckets[i];
    }
    return out;
}

// The pods of one arm. Of a latency the warm ones, as in its evidence, that are about the first one's edge.
class Arm {
  public:
    Arm(bool latency, Blame& interval) : latency_(latency), interval_(interval) {}

    void add(const std::vector<PodCounts>& pods, double Past::*all, double Past::*bad,
             uint64_t Blame::Row::*count) {
        for (const PodCounts& pod : pods) {
            if (latency_ && (!pod.warm || !sameEdge(pod.counts->badAbove))) continue;
            const std::optional<Events> events = eventsOf(*pod.counts, interval_.above);
            if (!events) continue;
            interval_.past.*all += static_cast<double>(events->all);
            interval_.past.*bad += static_cast<double>(events->bad);
            for (const api::LabelCount& label : pod.counts->labels) {
                Blame::Row row{label.label, label.value};
                row.*count = label.bad;
                interval_.rows.push_back(std::move(row));
            }
        }
    }

  private:
    bool sameEdge(const std::optional<double>& above) {
        if (above && !interval_.above) interval_.above = above;
        return above && above == interval_.above;
    }

    const bool latency_;
    Blame& interval_;
};

}  // namespace

void countBlame(const api::Stratum& stratum, const AttemptMemory& attempt, MetricMemory& metric) {
    const std::string& name = metric.definition->name;
    if (metric.rate.evidence(*metric.definition) <= 0) metric.blame = {};
    Blame interval;
    Arm arm(metric.definition->kind == api::MetricKind::Latency, interval);
    arm.add(countsOf(stratum.canary, name), &Past::canary, &Past::canaryBad, &Blame::Row::canary);
    if (!attempt.soaking)
        arm.add(countsOf(stratum.stable, name), &Past::stable, &Past::stableBad, &Blame::Row::stable);
    metric.blame.add(interval);
}

}  // namespace serin::judge
