#include "base/text.h"
#include "row.h"

// What must be taken back, and how soon: error rates.
namespace serin::calibration {
namespace {

struct Regression {
    const char* name;
    double factor;
    double from = 0;  // seconds
    bool main = false;
};

std::vector<Row> rows(const api::Analysis& analysis, int stablePods) {
    const std::vector<Regression> regressions{
        {"x1.5", 1.5},
        {"x2", 2, 0, true},
        {"x3", 3},
        {"x5", 5, 0, true},
        {"x20", 20},
        {"x2 after 15 min", 2, 900},
        {"x5 after 15 min", 5, 900},
    };
    std::vector<Row> out;
    for (const int canary : {300, 30}) {
        for (const Regression& one : regressions) {
            if (canary == 30 && one.from > 0) continue;
            Scenario scenario{.requests = canary * 10.0, .stablePods = stablePods};
            scenario.change.errors = times(one.factor);
            scenario.change.from = one.from;
            out.push_back(
                {cat(canary, " requests, ", one.name), analysis, scenario, one.main && canary == 300, {}});
        }
    }
    return out;
}

std::vector<Row> shippedRows() {
    const api::Analysis analysis = shipped({errorRate()});
    std::vector<Row> out = rows(analysis, 9);
    // With several canary pods harm has to show without the strongest of them too.
    Scenario scenario{.steps = {{0, .1, 3}}};
    scenario.change.errors = times(2);
    out.push_back({"300 requests on 3 pods, x2", analysis, scenario, false, {}});
    return out;
}

constexpr double kQuarter = 900, kHour = 3600;  // seconds

// Half an hour is left to find what sets in `from` seconds after the step.
Row late(std::string name, api::Metric metric, double from, Change change, double requests = 3000) {
    change.from = from;
    Scenario scenario{.requests = requests, .change = std::move(change)};
    scenario.looks = static_cast<int>((from + 1800) / scenario.interval);
    return {std::move(name), shipped({std::move(metric)}), scenario, false, {}};
}

std::vector<Row> lateRows() {
    return {
        late("x2 after 15 min", errorRate(), kQuarter, {.errors = times(2)}),
        late("x5 after 15 min", errorRate(), kQuarter, {.errors = times(5)}),
        late("x2 after an hour", errorRate(), kHour, {.errors = times(2)}),
        late("x5 after an hour", errorRate(), kHour, {.errors = times(5)}),
        late("30 requests, x5 after 15 min", errorRate(), kQuarter, {.errors = times(5)}, 300),
        late("5 %, limit 1 %, after 15 min", limit(.01), kQuarter, {.errors = times(10)}),
        late("times x1.2 after 15 min", latency(), kQuarter, {.slower = 1.2}),
    };
}

}  // namespace

std::vector<Group> powerGroups() {
    return {
        {"Errors multiplied; shipped defaults, one error rate of .5 %, 10 % canary (rivals: share and "
         "median)",
         Question::Found, true, shippedRows()},
        {"Errors multiplied; textbook settings", Question::Found, false, rows(textbook(errorRate()), 1)},
        {"Late within one long step, half an hour to find it; shipped defaults", Question::Found, false,
         lateRows()},
    };
}

}  // namespace serin::calibration
