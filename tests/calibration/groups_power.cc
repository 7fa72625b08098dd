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

}  // namespace

std::vector<Group> powerGroups() {
    return {
        {"Errors multiplied; shipped defaults, one error rate of .5 %, 10 % canary (rivals: share and "
         "median)",
         Question::Found, true, shippedRows()},
        {"Errors multiplied; textbook settings", Question::Found, false, rows(textbook(errorRate()), 1)},
    };
}

}  // namespace serin::calibration
