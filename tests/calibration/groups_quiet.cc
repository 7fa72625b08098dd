#include "row.h"

// What must not be taken back, and what must not be called safe: error rates.
namespace serin::calibration {
namespace {

constexpr double kHalfHour = 1800;

std::vector<Step> ramp() {
    return {{0, .05, 1}, {30, .10, 1}, {60, .25, 3}, {90, .50, 9}};
}

struct Named {
    std::string name;
    Scenario scenario;
    bool main = false;
};

std::vector<Named> conditions() {
    return {
        {"flat", {}, true},
        {"no errors", {.errors = flat(0)}},
        {"bursts of errors", {.noise = {.shared = 1}}, true},
        {"bursts of traffic", {.noise = {.traffic = 1}}},
        {"ramp 5-10-25-50 %", {.steps = ramp()}, true},
        {"daily trend .2-1.5 %", {.errors = trend(.002, .015, kHalfHour)}},
        {"ramp and trend", {.steps = ramp(), .errors = trend(.002, .015, kHalfHour)}, true},
        {"ramp and bursts", {.steps = ramp(), .noise = {.shared = 1}}},
        {"30 canary requests", {.requests = 300}, true},
        {"autocorrelated noise", {.noise = {.autocorrelated = .7}}, true},
        // Two kinds of requests, one of which errs on 3 % and the other on .2 %: what moves is their mixture.
        {"class mix by the hour", {.steps = ramp(), .errors = rhythm(.012, .8, kHalfHour)}, true},
    };
}

// One pod each: nothing between pods is to be seen.
Scenario onePodEach(Scenario scenario) {
    scenario.stablePods = 1;
    for (Step& step : scenario.steps) step.canaryPods = 1;
    return scenario;
}

std::vector<Row> shippedRows() {
    std::vector<Row> out;
    for (const Named& one : conditions()) {
        out.push_back({one.name, shipped({errorRate()}), one.scenario, one.main, {}});
    }
    return out;
}

std::vector<Row> textbookRows() {
    std::vector<Row> out;
    for (const Named& one : conditions()) {
        out.push_back({one.name, textbook(errorRate()), onePodEach(one.scenario), one.main, {}});
    }
    return out;
}

Scenario worseBy(Worse worse, Scenario scenario = {}) {
    scenario.change.errors = std::move(worse);
    return scenario;
}

// As bad as the margins of harm allow.
std::vector<Row> marginRows() {
    const api::Analysis analysis = shipped({errorRate()});
    const Worse odds = byOdds(*analysis.metrics.front().worseOddsRatio);
    const Worse difference = plus(analysis.metrics.front().worseDifference);
    return {
        {"odds x1.2 of 2 %", analysis, worseBy(odds, {.errors = flat(.02)}), true, {}},
        {"odds x1.2, ramp and trend",
         analysis,
         worseBy(odds, {.steps = ramp(), .errors = trend(.005, .03, kHalfHour)}),
         false,
         {}},
        {"odds x1.2 of 2 %, two hours",
         analysis,
         worseBy(odds, {.looks = 480, .errors = flat(.02)}),
         false,
         {}},
        {"+.1 pp on .02 %, x6", analysis, worseBy(difference, {.errors = flat(.0002)}), true, {}},
        {"+.1 pp on nothing", analysis, worseBy(difference, {.errors = flat(0)}), false, {}},
    };
}

std::vector<Row> unsafeRows() {
    const api::Analysis analysis = shipped({errorRate()});
    const Worse worse = unsafe(analysis.metrics.front());
    const Curve rising = trend(.005, .04, kHalfHour);
    return {
        {"on .5 %", analysis, worseBy(worse), true, {}},
        {"on 2 %", analysis, worseBy(worse, {.errors = flat(.02)}), true, {}},
        {"on nothing", analysis, worseBy(worse, {.errors = flat(0)}), false, {}},
        {"on 2 %, 30 canary requests",
         analysis,
         worseBy(worse, {.requests = 300, .errors = flat(.02)}),
         false,
         {}},
        {"on 2 %, autocorrelated",
         analysis,
         worseBy(worse, {.errors = flat(.02), .noise = {.autocorrelated = .7}}),
         false,
         {}},
        {"ramp and trend", analysis, worseBy(worse, {.steps = ramp(), .errors = rising}), true, {}},
    };
}

}  // namespace

std::vector<Group> quietGroups() {
    return {
        {"Nothing changed; shipped defaults (falseAlarm 1 %), one error rate of .5 %, 300 canary requests an "
         "interval",
         Question::TakenBack, true, shippedRows()},
        {"Nothing changed; textbook settings (falseAlarm 5 %, harm is whatever is worse)",
         Question::TakenBack, true, textbookRows()},
        {"As bad as the margins of harm allow; shipped defaults", Question::TakenBack, false, marginRows()},
        {"Beyond both margins of safety (odds x1.5 and +1 pp); shipped defaults (missedHarm 5 %)",
         Question::CalledSafe, false, unsafeRows()},
    };
}

}  // namespace serin::calibration
