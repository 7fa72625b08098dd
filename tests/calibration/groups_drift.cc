#include "row.h"

// Drift of scores in ten classes, and limits that hold whatever stable does.
namespace serin::calibration {
namespace {

constexpr double kGate = .25;

Row drifted(std::string name, double psi, bool main, Scenario scenario = {}) {
    scenario.requests = 1250;  // 125 of the canary's a look
    scenario.stablePods = 4;
    scenario.change.psi = psi;
    return {std::move(name), shipped({drift(kGate)}), std::move(scenario), main, {}};
}

Row classified(std::string name, std::vector<double> stable, std::vector<double> canary, bool main) {
    Scenario scenario{.requests = 750, .stablePods = 4};  // 5 of the canary's a second
    scenario.classes = std::move(stable);
    scenario.change.classes = std::move(canary);
    return {std::move(name), shipped({errorRate(), classes()}), std::move(scenario), main, {}};
}

// One of ten classes has this share, the others are equal.
std::vector<double> oneOfTen(double share) {
    std::vector<double> out(10, (1 - share) / 9);
    out.front() = share;
    return out;
}

Row limited(std::string name, double max, double rate, bool main) {
    return {std::move(name), shipped({limit(max)}), {.stablePods = 4, .errors = flat(rate)}, main, {}};
}

}  // namespace

std::vector<Group> driftGroups() {
    const std::vector<Step> ramp{{0, .05, 1}, {30, .10, 1}, {60, .25, 2}, {90, .50, 4}};
    return {
        {"Drift, gate .25 or less than it; 125 canary scores an interval",
         Question::TakenBack,
         false,
         {
             drifted("equal scores", 0, true),
             drifted("PSI .05", .05, false),
             drifted("PSI .10", .10, false),
             drifted("PSI .15", .15, false),
             drifted("PSI .25, at the gate", .25, true),
             drifted("ramp, scores move with the hour", 0, false,
                     {.steps = ramp, .tilt = rhythm(.5, 1, 1800)}),
         }},
        {"Drift beyond the gate of .25",
         Question::Found,
         false,
         {
             drifted("PSI .4", .4, true),
             drifted("PSI 1", 1, false),
             drifted("PSI 7.8, as permuted labels", 7.8, false),
         }},
        {"Predicted classes that move as in good upgrades; 5 canary predictions a second",
         Question::TakenBack,
         false,
         {
             classified("95 % and 5 %, nothing changed", {.95, .05}, {}, true),
             classified("95 to 97.2 %, a PSI of .014", {.95, .05}, {.972, .028}, true),
             classified("99 to 99.77 %, a PSI of .011", {.99, .01}, {.9977, .0023}, false),
             classified("50 to 56 %, a PSI of .014", {.5, .5}, {.56, .44}, false),
             classified("ten equal classes", oneOfTen(.1), {}, false),
             classified("one class, nothing changed", {1, 0}, {}, false),
         }},
        {"Predicted classes that collapse; 5 canary predictions a second",
         Question::Found,
         false,
         {
             classified("95 to 100 %", {.95, .05}, {1, 0}, true),
             classified("99 to 100 %", {.99, .01}, {1, 0}, false),
             classified("50 to 95 %", {.5, .5}, {.95, .05}, true),
             classified("5 to 100 %", {.95, .05}, {0, 1}, false),
             classified("one of ten from 10 to 91 %", oneOfTen(.1), oneOfTen(.91), false),
             classified("one of ten from 10 to 100 %", oneOfTen(.1), oneOfTen(1), false),
         }},
        {"Drift called safe although it is at the gate",
         Question::CalledSafe,
         false,
         {drifted("PSI .25", .25, true)}},
    };
}

std::vector<Group> limitGroups() {
    return {
        {"Absolute limit of the error rate, kept",
         Question::TakenBack,
         false,
         {
             limited("no errors, limit 1 %", .01, 0, false),
             limited(".5 % errors, limit 1 %", .01, .005, true),
             limited("at the limit of 1 %", .01, .01, true),
             limited("at the limit of 5 %", .05, .05, false),
         }},
        {"Absolute limit of the error rate, broken",
         Question::Found,
         false,
         {
             limited("1.5 % errors, limit 1 %", .01, .015, false),
             limited("2 % errors, limit 1 %", .01, .02, true),
             limited("5 % errors, limit 1 %", .01, .05, false),
         }},
        {"Absolute limit, called safe although the rate is at it",
         Question::CalledSafe,
         false,
         {
             limited("at the limit of 1 %", .01, .01, true),
             limited("at the limit of 5 %", .05, .05, false),
         }},
    };
}

}  // namespace serin::calibration
