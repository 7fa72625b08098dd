#include "base/text.h"
#include "row.h"

// Latency through the edges of a histogram; times are log-normal, 80 ms, sigma .6.
namespace serin::calibration {
namespace {

std::vector<Row> quietRows(const api::Analysis& analysis, int stablePods, std::vector<Step> ramp, bool main) {
    return {
        {"flat", analysis, {.stablePods = stablePods}, false, {}},
        {"30 canary requests", analysis, {.requests = 300, .stablePods = stablePods}, false, {}},
        {"ramp, level x3 within the hour",
         analysis,
         {.steps = std::move(ramp), .stablePods = stablePods, .level = rhythm(.08, .5, 1800)},
         main,
         {}},
    };
}

std::vector<Row> slowRows(const api::Analysis& analysis, int stablePods, bool main) {
    std::vector<Row> out;
    const auto add = [&](std::string name, Change change, bool shown) {
        out.push_back(
            {std::move(name), analysis, {.stablePods = stablePods, .change = std::move(change)}, shown, {}});
    };
    add("times x1.05", {.slower = 1.05}, false);
    add("times x1.1", {.slower = 1.1}, false);
    add("times x1.2", {.slower = 1.2}, false);
    add("times x1.5", {.slower = 1.5}, main);
    add("2 % of requests + .5 s", {.stuck = .02, .stuckFor = .5}, main);
    add(".5 % of requests + 2 s", {.stuck = .005, .stuckFor = 2}, false);
    return out;
}

// One edge alone is beyond both margins: 1.02 % more requests take longer than .5 s, and most not much
// longer.
std::vector<Row> unsafeRows() {
    const Change stuck{.stuck = .0102, .stuckFor = .5};
    return {
        {"1.02 % of requests + .5 s", shipped({latency()}), {.stablePods = 4, .change = stuck}, true, {}}};
}

}  // namespace

std::vector<Group> latencyGroups() {
    return {
        {"Latency, nothing changed; shipped defaults", Question::TakenBack, true,
         quietRows(shipped({latency()}), 4, {{0, .05, 1}, {30, .10, 1}, {60, .25, 2}, {90, .50, 4}}, true)},
        {"Latency, nothing changed; textbook settings", Question::TakenBack, false,
         quietRows(textbook(latency()), 1, {{0, .05, 1}, {30, .10, 1}, {60, .25, 1}, {90, .50, 1}}, false)},
        {"Latency, slower; shipped defaults, 300 canary requests an interval", Question::Found, true,
         slowRows(shipped({latency()}), 9, true)},
        {"Latency, slower; textbook settings", Question::Found, false,
         slowRows(textbook(latency()), 1, false)},
        {"Latency, one edge beyond both margins of safety; shipped defaults", Question::CalledSafe, false,
         unsafeRows()},
    };
}

}  // namespace serin::calibration
