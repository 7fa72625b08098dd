#include "plan/split_math.h"

#include <algorithm>

namespace serin::plan {
namespace {

constexpr int kEvenSplit = 50;
constexpr Duration kDefaultHold = std::chrono::minutes(5);

void append(std::vector<api::StepStatus>& steps, const api::Step& step, int stablePods) {
    const int pods = step.approval ? 0 : canaryPods(stablePods, step.weight);
    if (!steps.empty() && !step.approval && !steps.back().step.approval && steps.back().replicas == pods) {
        steps.back().step.weight = std::max(steps.back().step.weight, step.weight);
        steps.back().step.hold = std::max(steps.back().step.hold, step.hold);
        return;
    }
    steps.push_back({step, pods});
}

}  // namespace

int canaryPods(int stablePods, int weight) {
    const int64_t rest = 100 - weight;
    const int64_t doubled = 2 * static_cast<int64_t>(stablePods) * weight + rest;
    return static_cast<int>(std::max<int64_t>(1, doubled / (2 * rest)));
}

std::vector<api::StepStatus> freezeSteps(const std::vector<api::Step>& steps, int stablePods) {
    std::vector<api::StepStatus> frozen;
    int lastWeight = 0;
    Duration lastHold = kDefaultHold;
    for (const api::Step& step : steps) {
        append(frozen, step, stablePods);
        if (!step.approval) {
            lastWeight = step.weight;
            lastHold = step.hold;
        }
    }
    if (lastWeight < kEvenSplit) append(frozen, {kEvenSplit, lastHold, false}, stablePods);
    return frozen;
}

int weightStepAtOrBefore(const std::vector<api::StepStatus>& steps, int step) {
    int index = std::min(step, static_cast<int>(steps.size()) - 1);
    while (index >= 0 && steps[static_cast<size_t>(index)].step.approval) --index;
    return index;
}

int weightStepAtOrAfter(const std::vector<api::StepStatus>& steps, int step) {
    int index = std::max(step, 0);
    while (index < static_cast<int>(steps.size()) && steps[static_cast<size_t>(index)].step.approval) ++index;
    return index;
}

}  // namespace serin::plan
