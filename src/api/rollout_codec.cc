#include "api/spec_codec.h"
#include "base/text.h"

namespace serin::api {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kHold = minutes(5);
constexpr Duration kSoak = minutes(30);
constexpr Duration kProgressDeadline = minutes(10);
// The split is made of pod counts beside a complete stable version, so half is the most a step can give.
constexpr int kLargestWeight = 50;

Step decodeStep(const Field& entry) {
    Step step;
    const Field weight = entry.at("weight");
    const Field hold = entry.at("hold");
    step.approval = entry.at("approval").present();
    if (step.approval == weight.present()) {
        entry.problem(step.approval
                          ? "states weight and approval; make two steps of it"
                          : "states neither weight nor approval; state weight (1 to 50), or approval: {} to "
                            "wait for a person");
    }
    if (step.approval) {
        if (hold.present()) hold.problem("has no effect on an approval; move it to a step with a weight");
        return step;
    }
    // An unusable weight becomes the largest: promotion passes through it in any case.
    step.weight = static_cast<int>(weight.integer(kLargestWeight, 1, kLargestWeight));
    step.hold = hold.duration(kHold, seconds(0));
    return step;
}

void checkOrder(const std::vector<Field>& entries, const std::vector<Step>& steps) {
    int before = 0;
    for (size_t i = 0; i < steps.size(); ++i) {
        if (steps[i].approval) continue;
        if (steps[i].weight < before) {
            entries[i].at("weight").problem(
                cat("is ", steps[i].weight, " after ", before,
                    "; a rollout only goes forward, so order the weights from small to "
                    "large"));
        }
        before = steps[i].weight;
    }
}

}  // namespace

Rollout decodeRollout(const Field& spec) {
    const Field rollout = spec.at("rollout");
    Rollout out;
    out.soak = rollout.at("soak").duration(kSoak, seconds(0));
    out.progressDeadline = rollout.at("progressDeadline").duration(kProgressDeadline, seconds(5));
    const Field steps = rollout.at("steps");
    if (!steps.present()) {
        out.steps = {{10, kHold, false}, {25, kHold, false}, {50, kHold, false}};
        return out;
    }
    const std::vector<Field> entries = steps.elements();
    for (const Field& entry : entries) out.steps.push_back(decodeStep(entry));
    checkOrder(entries, out.steps);
    return out;
}

}  // namespace serin::api
