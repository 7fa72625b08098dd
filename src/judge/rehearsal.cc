#include "judge/rehearsal.h"

#include <algorithm>
#include <cmath>

#include "judge/memory.h"
#include "judge/psi.h"
#include "judge/standing.h"

namespace serin::judge {
namespace {

// An index is told once chance makes no more of it in the mean, a third of 0.1 (judge/effects.cc).
constexpr double kMostByChance = 0.1 / 3;

// What the pods of an arm that were read counted of a metric; the pods' own metric counts nothing.
uint64_t countedOf(const std::vector<api::PodSample>& arm, const std::string& metric) {
    uint64_t sum = 0;
    for (const api::PodSample& pod : arm) {
        const auto found = pod.counts.find(metric);
        if (pod.counted && found != pod.counts.end()) sum += found->second.total;
    }
    return sum;
}

void raise(std::optional<double>& most, double value) {
    most = most ? std::max(*most, value) : value;
}

class Watcher {
  public:
    bool operator()(const Heard& look) {
        const AttemptMemory& attempt = look.judge.memory().attempt;
        if (look.order.mode == api::JudgeMode::Compare) {
            compare(look);
        } else if (look.order.afterPromotion() && attempt.harm && out.harmAfter.empty()) {
            out.harmAfter = attempt.harmHeadline;
        }
        return true;
    }

    Rehearsal out;

  private:
    void compare(const Heard& look) {
        const AttemptMemory& attempt = look.judge.memory().attempt;
        const api::Judgement said = look.judge.judgement();
        const Moment now{look.seconds, look.canaryRequests};
        ++out.intervals;
        out.analysis = look.judge.analysis();
        out.order = look.order;
        out.seconds = look.seconds;
        out.canaryPods = std::max(out.canaryPods, look.stratum.canary.size());
        out.stablePods = std::max(out.stablePods, look.stratum.stable.size());
        out.mostEvidence = std::max(out.mostEvidence, said.evidence);
        out.threshold = standingOf(out.analysis, attempt).threshold;
        if (said.harm && !out.harm) {
            out.harm = now;
            out.headline = said.headline;
        }
        if (said.safe && !out.safe) out.safe = now;
        for (const api::MetricVerdict& metric : said.metrics) note(look, metric, now);
    }

    void note(const Heard& look, const api::MetricVerdict& verdict, const Moment& now) {
        RehearsedMetric& metric = named(verdict.name);
        const uint64_t canary = countedOf(look.stratum.canary, metric.name);
        const uint64_t stable = countedOf(look.stratum.stable, metric.name);
        if (canary > 0 && stable > 0) {
            ++metric.intervals;
            metric.canary += canary;
            metric.stable += stable;
        }
        metric.samples = verdict.samples;
        metric.mostEvidence = std::max(metric.mostEvidence, verdict.evidence);
        metric.verdict = verdict.verdict;
        metric.message = verdict.message;
        if (verdict.verdict == api::Verdict::Harm && !metric.harm) metric.harm = now;
        if (verdict.verdict == api::Verdict::Safe && !metric.safe) metric.safe = now;
        const Memory& memory = look.judge.memory();
        for (const MetricMemory& known : memory.attempt.metrics) {
            if (known.definition->name == metric.name) explain(memory, known, metric);
        }
    }

    void explain(const Memory& memory, const MetricMemory& known, RehearsedMetric& metric) const {
        const api::Metric& definition = *known.definition;
        metric.definition = definition;
        metric.enoughAlone = out.threshold - std::log(driftShare(out.analysis, definition));
        if (definition.isQuery()) return;
        if (definition.isRate()) {
            noteDispersion(memory, metric);
        } else if (definition.isDrift()) {
            noteIndex(*known.drift, metric);
        } else if (known.blocks->stableMeans.count >= kLeastBlocks && known.mean->all.stableMean() > 0) {
            raise(metric.mostChange,
                  std::abs(known.mean->all.canaryMean() / known.mean->all.stableMean() - 1));
        }
    }

    // Of a latency the largest of its edges'.
    static void noteDispersion(const Memory& memory, RehearsedMetric& metric) {
        const auto rates = memory.stable.metrics.find(metric.name);
        if (rates == memory.stable.metrics.end()) return;
        metric.dispersion.reset();
        for (const auto& [edge, rate] : rates->second) {
            if (rate.dispersion.count > 0) raise(metric.dispersion, rate.dispersion.factor(2));
        }
    }

    static void noteIndex(const DriftEvidence& drift, RehearsedMetric& metric) {
        if (drift.invalid || drift.canary.total() == 0 || drift.stable.total() == 0) return;
        const StabilityScale scale(drift.stable.total(), drift.canary.total(), drift.canary.buckets.size());
        if (scale.degrees * scale.scale <= kMostByChance) raise(metric.mostIndex, drift.index());
    }

    RehearsedMetric& named(const std::string& name) {
        const auto known = std::find_if(out.metrics.begin(), out.metrics.end(),
                                        [&](const RehearsedMetric& metric) { return metric.name == name; });
        if (known != out.metrics.end()) return *known;
        out.metrics.emplace_back().name = name;
        return out.metrics.back();
    }
};

}  // namespace

Result<Rehearsal> rehearse(const RecordedCalls& calls) {
    Watcher watcher;
    tell(calls, nullptr, [&](const Heard& look) { return watcher(look); });
    if (watcher.out.intervals == 0) {
        return invalid(
            "it has no interval in which two versions were compared: download it while a canary takes "
            "traffic or after that, before the operator is restarted");
    }
    watcher.out.beginningLost =
        std::any_of(calls.calls.begin(), calls.calls.end(), [](const RecordedCalls::Call& call) {
            const auto* restore = std::get_if<RecordedCalls::Restore>(&call);
            return restore != nullptr && restore->midway;
        });
    return std::move(watcher.out);
}

}  // namespace serin::judge
