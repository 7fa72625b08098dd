#include "base/text.h"
#include "row.h"

// After the soak: a day with a look a minute at the promoted version alone, by limits made from the rollout.
namespace serin::calibration {
namespace {

constexpr double kMinute = 60;
constexpr double kHour = 60 * kMinute;
constexpr double kDay = 24 * kHour;
constexpr int kRolloutLooks = 30;
constexpr int kDayLooks = 24 * 60;

// Half of the traffic for half an hour, then all of it for a day.
Scenario aDay(Curve errors) {
    Scenario out{.looks = kRolloutLooks,
                 .watched = kDayLooks,
                 .interval = kMinute,
                 .requests = 3000,
                 .steps = {{0, .5, 3}},
                 .stablePods = 3};
    out.errors = std::move(errors);
    return out;
}

api::Analysis watched() {
    api::Analysis out = shipped({errorRate()});
    out.watchFor = std::chrono::hours(24);
    return out;
}

Row quiet(const std::string& name, Curve errors, bool main = false) {
    return {name, watched(), aDay(std::move(errors)), main, {}};
}

Row worse(const std::string& name, double rate, double then) {
    Row out{name, watched(), aDay(flat(rate)), false, {}};
    out.scenario.change.errors = plus(then - rate);
    out.scenario.change.from = kDay / 2;
    return out;
}

}  // namespace

std::vector<Group> watchGroups() {
    return {
        {"The watch, nothing changed; shipped defaults, an error rate, 3,000 requests a minute",
         Question::TakenBack,
         false,
         {quiet("0.5 %", flat(.005), true), quiet("no errors", flat(0)), quiet("2 %", flat(.02)),
          quiet("0.5 %, a daily rhythm by half of it", rhythm(.005, .5, kDay)),
          quiet("0.5 to 1.2 % over the day", trend(.005, .012, kDay))}},
        {"The watch, errors from the twelfth hour on",
         Question::Found,
         false,
         {worse("0.5 to 1 %: within the margin", .005, .01), worse("0.5 to 2 %", .005, .02),
          worse("0.5 to 2.5 %", .005, .025), worse("0.5 to 6 %", .005, .06), worse("1 to 6 %", .01, .06)}},
    };
}

}  // namespace serin::calibration
