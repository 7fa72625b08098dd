#include "judge/left_out.h"

#include <algorithm>

namespace serin::judge {
namespace {

void leaveOut(size_t group, RateEvidence& rate) {
    if (group < rate.without.size()) {
        const WithoutGroup& others = rate.without[group];
        rate.harm = others.harm;
        rate.seen.canary -= others.seen.canary;
        rate.seen.canaryBad -= others.seen.canaryBad;
    }
    rate.without.clear();
    rate.step = {};
    rate.safe = {};
    rate.profile = {};
}

// These are the version's as a whole, so that nothing tells what the pod's own part was.
void startAnew(MetricMemory& metric) {
    if (MeanBlocks* blocks = metric.blocks.ifMade()) blocks->canary = {};
    metric.mean.reset();
    metric.blame = {};
    DriftEvidence* drift = metric.drift.ifMade();
    if (drift == nullptr) return;
    drift->startStep();
    drift->collapse.reset();
    drift->onlyCanarySumIsNaN = false;
}

}  // namespace

void leaveOut(const std::string& pod, AttemptMemory& attempt) {
    if (attempt.without == pod) return;
    attempt.without = pod;
    const auto found = std::ranges::find(attempt.groupNames, pod);
    const auto group = static_cast<size_t>(found - attempt.groupNames.begin());
    for (MetricMemory& metric : attempt.metrics) {
        for (RateEvidence& rate : metric.rate.rates) leaveOut(group, rate);
        startAnew(metric);
    }
    attempt.groupNames.clear();
    attempt.groupsMade = 0;
    for (auto& [key, known] : attempt.podsSeen) known.group = kNoGroup;
}

void dropLeftOut(const AttemptMemory& attempt, api::Stratum& stratum) {
    if (attempt.without.empty()) return;
    std::erase_if(stratum.canary, [&](const api::PodSample& pod) { return pod.name == attempt.without; });
}

}  // namespace serin::judge
