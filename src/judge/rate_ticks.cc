#include "judge/rate_ticks.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "judge/latency_arm.h"
#include "judge/pod_memory.h"
#include "judge/strata.h"

namespace serin::judge {
namespace {

using Rates = std::map<double, StableRecord::Rate>;

std::vector<Dispersion::Pod> podsForDispersion(const std::vector<PodRequests>& stable) {
    std::vector<Dispersion::Pod> out;
    out.reserve(stable.size());
    for (const PodRequests& pod : stable) {
        out.push_back({static_cast<double>(pod.total), static_cast<double>(std::min(pod.bad, pod.total))});
    }
    return out;
}

// One rate's interval goes into its evidence, tempered by the intervals before.
void addTick(const api::Metric& metric, RateTick& tick, const AttemptMemory& attempt, Dispersion& dispersion,
             RateEvidence& rate) {
    const auto answering = std::count_if(tick.stable.begin(), tick.stable.end(),
                                         [](const PodRequests& pod) { return pod.total > 0; });
    tick.groupCount = attempt.groupNames.size();
    tick.temper = dispersion.factor(static_cast<size_t>(answering));
    rate.add(metric, tick);
    dispersion.add(podsForDispersion(tick.stable));  // afterwards: an interval must not temper itself
}

std::vector<PodRequests> failures(const std::vector<api::PodSample>& arm, const std::string& metric,
                                  const AttemptMemory& attempt) {
    std::vector<PodRequests> out;
    for (const PodCounts& pod : countsOf(arm, metric)) {
        out.push_back({pod.counts->total, pod.counts->bad, pod.warm, groupOf(attempt, pod.pod)});
    }
    return out;
}

void countErrors(const api::Stratum& stratum, bool inStep, const AttemptMemory& attempt, Rates& known,
                 MetricMemory& metric) {
    const std::string& name = metric.definition->name;
    RateTick tick;
    tick.inStep = inStep;
    tick.profiled = true;
    tick.canary = failures(stratum.canary, name, attempt);
    if (!attempt.soaking) tick.stable = failures(stratum.stable, name, attempt);
    addTick(*metric.definition, tick, attempt, known[0].dispersion, metric.rate.rates.front());
}

std::string listed(const std::vector<double>& edges) {
    constexpr size_t kShown = 8;
    if (edges.empty()) return "none";
    std::vector<std::string> texts;
    for (size_t i = 0; i < std::min(edges.size(), kShown); ++i) texts.push_back(humanNumber(edges[i]));
    const std::string more = edges.size() > kShown ? cat(" and ", edges.size() - kShown, " more") : "";
    return join(texts, ", ") + more;
}

// "250ms and 354ms", as a spec names them: the edges below and above the time that was meant to be one.
std::string nearest(const std::vector<double>& edges, double unitSeconds, double wanted) {
    std::string below, above;
    for (const double edge : edges) {
        const Duration time(std::llround(std::min(edge * unitSeconds, 1e9) * 1000));
        if (time <= Duration{0}) continue;
        (edge * unitSeconds < wanted ? below : above) = formatDuration(time);
        if (!above.empty()) break;
    }
    return cat(below, below.empty() || above.empty() ? "" : " and ", above);
}

std::string whyIncomparable(const api::Metric& metric, const std::vector<double>& canary,
                            const std::vector<double>& stable) {
    const std::string edges = cat("the canary's are ", listed(canary), "; stable's are ", listed(stable));
    if (!metric.slowerThan) {
        return cat("the versions' histograms share fewer than two edges: ", edges,
                   "; give both the same buckets");
    }
    const std::string shared = nearest(sharedEdges(canary, stable), metric.unitSeconds, *metric.slowerThan);
    const std::string wayOut =
        shared.empty() ? cat(": ", edges, "; state one that both have")
                       : cat("; state one that both have, the nearest: ", shared, " (", edges, ")");
    return cat("the versions' histograms share no edge at ",
               metric.limitForm.quantile ? "worseThan.quantile.max" : "slowerThan", ", ",
               humanNumber(*metric.slowerThan), " s", wayOut);
}

// The same of one version that is judged by itself, at the edge that its limit is about.
std::string whyWithoutEdge(const api::Metric& metric, const std::vector<double>& edges) {
    const std::string near = nearest(edges, metric.unitSeconds, *metric.slowerThan);
    return cat("the histogram has no edge at ",
               metric.limitForm.quantile ? "worseThan.quantile.max" : "slowerThan", ", ",
               humanNumber(*metric.slowerThan), " s; state one that it has",
               near.empty() ? "" : cat(", the nearest: ", near), " (its edges are ", listed(edges), ")");
}

// Whether the arms' histograms can be compared at the metric's edges, which are found by the first that can.
// After promotion the version's own histogram is enough for the edge that a stated limit is about.
bool comparable(const api::Metric& metric, const LatencyArm& canary, const LatencyArm& stable,
                const AttemptMemory& attempt, RateMetric& rate) {
    const bool first = rate.edges.empty();
    const bool alone = first && attempt.soaking && metric.slowerThan && metric.max;
    if (first && (canary.requests() == 0 || (stable.requests() == 0 && !alone))) return false;
    const std::vector<double> canaryEdges = canary.requests() > 0 ? canary.edges() : rate.edges;
    const std::vector<double> stableEdges = alone                   ? canaryEdges
                                            : stable.requests() > 0 ? stable.edges()
                                                                    : rate.edges;
    if (!rate.keepEdges(metric, sharedEdges(canaryEdges, stableEdges))) {
        rate.incomparable =
            alone ? whyWithoutEdge(metric, canaryEdges) : whyIncomparable(metric, canaryEdges, stableEdges);
        return false;
    }
    rate.incomparable.clear();
    if (first && attempt.stepOpen) rate.startStep();
    if (alone) rate.startSoakByLimit(metric, attempt.watching);
    return true;
}

// The edge below which 99.9 % of the requests end, in either version, as a time; the largest edge where fewer
// do or nothing is known. A pod that serves for less than that has only ended its shorter requests.
Duration longestUsual(const api::Metric& metric, const RateMetric& rate, const Rates& known) {
    const auto usual = [](double bad, double total) { return bad <= 0.001 * total; };
    size_t longest = 0;
    for (; longest + 1 < rate.edges.size(); ++longest) {
        const Past& seen = rate.rates[longest].seen;
        const auto found = known.find(rate.edges[longest]);
        const StableRecord::Rate before = found == known.end() ? StableRecord::Rate() : found->second;
        const bool nothing = seen.stable + before.requests == 0;
        if (!nothing && usual(seen.canaryBad, seen.canary) && usual(seen.stableBad, seen.stable) &&
            usual(before.bad, before.requests)) {
            break;
        }
    }
    const double seconds = rate.edges[longest] * metric.unitSeconds;
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(std::clamp(seconds, 0.0, 1e9)));
}

void addLoad(const LatencyArm& canary, const LatencyArm& stable, double seconds, Load& load) {
    load.canary += static_cast<double>(canary.requests());
    load.canarySeconds += static_cast<double>(canary.pods()) * seconds;
    load.stable += static_cast<double>(stable.requests());
    load.stableSeconds += static_cast<double>(stable.pods()) * seconds;
}

void noteTooLong(const api::Metric& metric, RateMetric& rate) {
    const Past& seen = rate.rates.back().seen;
    if (metric.slowerThan || seen.stableBad * 2 <= seen.stable) return;
    rate.incomparable =
        cat("more than half of stable's requests take longer than the largest edge, ",
            humanNumber(rate.edges.back() * metric.unitSeconds),
            " s, so that a slower canary cannot be told from it; give the histogram larger buckets");
}

void forgetOtherEdges(const std::vector<double>& edges, Rates& known) {
    std::erase_if(known, [&](const auto& entry) {
        return !std::binary_search(edges.begin(), edges.end(), entry.first);
    });
}

void countLatency(const api::Stratum& stratum, bool inStep, const AttemptMemory& attempt, Rates& known,
                  MetricMemory& metric) {
    const api::Metric& definition = *metric.definition;
    RateMetric& rate = metric.rate;
    const std::vector<api::PodSample> nobody;
    const LatencyArm canary(stratum.canary, definition.name, LatencyArm::Whom::Warm);
    const LatencyArm stable(attempt.soaking ? nobody : stratum.stable, definition.name,
                            LatencyArm::Whom::Warm);
    if (canary.requests() + stable.requests() == 0) return;
    if (!comparable(definition, canary, stable, attempt, rate)) return;
    const Duration censored = longestUsual(definition, rate, known);
    auto canaryPods = canary.slower(rate.edges, censored, attempt);
    auto stablePods = stable.slower(rate.edges, censored, attempt);
    forgetOtherEdges(rate.edges, known);
    for (size_t i = 0; i < rate.edges.size(); ++i) {
        RateTick tick;
        tick.inStep = inStep;
        tick.canary = std::move(canaryPods[i]);
        tick.stable = std::move(stablePods[i]);
        addTick(definition, tick, attempt, known[rate.edges[i]].dispersion, rate.rates[i]);
    }
    if (attempt.soaking) return;
    noteTooLong(definition, rate);
    if (inStep)
        addLoad(canary, stable, std::chrono::duration<double>(stratum.to - stratum.from).count(), rate.load);
}

void evaluate(const std::vector<PodRequests>& pods, StableRecord::Rate& known) {
    for (const PodRequests& pod : pods) {
        known.requests += static_cast<double>(pod.total);
        known.bad += static_cast<double>(std::min(pod.bad, pod.total));
    }
    known.dispersion.add(podsForDispersion(pods));
}

}  // namespace

void countRates(const api::Stratum& stratum, bool inStep, const AttemptMemory& attempt, StableRecord& stable,
                MetricMemory& metric) {
    Rates& known = stable.metrics[metric.definition->name];
    if (metric.definition->kind == api::MetricKind::Latency) {
        countLatency(stratum, inStep, attempt, known, metric);
    } else {
        countErrors(stratum, inStep, attempt, known, metric);
    }
}

void evaluateRates(const api::Stratum& stratum, const api::Metric& metric, StableRecord& stable) {
    Rates& known = stable.metrics[metric.name];
    if (metric.kind != api::MetricKind::Latency) {
        return evaluate(failures(stratum.stable, metric.name, {}), known[0]);
    }
    const LatencyArm arm(stratum.stable, metric.name, LatencyArm::Whom::All);
    RateMetric edges;
    if (arm.requests() == 0 || !edges.keepEdges(metric, arm.edges())) return;
    const auto slower = arm.slower(edges.edges, Duration{0}, {});
    forgetOtherEdges(edges.edges, known);
    for (size_t i = 0; i < slower.size(); ++i) evaluate(slower[i], known[edges.edges[i]]);
}

}  // namespace serin::judge
