#include "judge/pods_metric.h"

#include <cmath>

#include "judge/grids.h"
#include "judge/log_math.h"
#include "judge/start_mixture.h"

namespace serin::judge {
namespace {

constexpr double kRateRatio = 1.2;  // the default margin of the error metrics

double mixed(const TroubleEvidence& evidence) {
    std::vector<double> logs;
    logs.reserve(evidence.starts.size());
    for (const std::vector<double>& start : evidence.starts) logs.push_back(logMeanExp(start));
    return logMixtureOfStarts(logs);
}

void addEvents(TroubleEvidence& evidence, const Events& events) {
    evidence.canary += events.canary;
    evidence.stable += events.stable;
    if (evidence.starts.empty()) evidence.starts.emplace_back();
    if (events.canary + events.stable == 0) return;
    const std::vector<double> increments = poissonIncrements(events, kRateRatio, harmOdds(kRateRatio));
    for (std::vector<double>& start : evidence.starts) {
        if (start.empty()) start.assign(increments.size(), 0);
        for (size_t i = 0; i < increments.size(); ++i) start[i] += increments[i];
    }
}

double wholeEvents(double& rest, double seconds, double interval) {
    rest += seconds;
    const double events = std::floor(rest / interval);
    rest -= events * interval;
    return events;
}

}  // namespace

void PodsEvidence::startStep() {
    for (TroubleEvidence& trouble : troubles) {
        if (trouble.starts.empty()) trouble.starts.emplace_back();
        if (++trouble.opened <= kMostSteps) trouble.starts.emplace_back();
    }
}

void PodsEvidence::add(const PodsTick& tick, double intervalSeconds) {
    if (tick.canarySeconds <= 0 || tick.stableSeconds <= 0) return;
    for (size_t i = 0; i < kTroubles; ++i) {
        Events events{tick.canary[i], tick.stable[i], tick.canarySeconds, tick.stableSeconds};
        if (i == static_cast<size_t>(Trouble::NotReady)) {
            events.canary = wholeEvents(canaryRest, tick.canary[i], intervalSeconds);
            events.stable = wholeEvents(stableRest, tick.stable[i], intervalSeconds);
        }
        if (i == static_cast<size_t>(Trouble::LostScrape) && !tick.stableScraped) continue;
        addEvents(troubles[i], events);
    }
}

double PodsEvidence::evidence() const {
    std::vector<double> logs;
    logs.reserve(troubles.size());
    for (const TroubleEvidence& trouble : troubles) logs.push_back(mixed(trouble));
    return logMeanExp(logs);
}

}  // namespace serin::judge
