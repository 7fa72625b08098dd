#include "row.h"

// How soon the judge has to speak: medians of the moment of the decision.
namespace serin::calibration {
namespace {

Scenario errorsTimes(double factor, Scenario scenario) {
    scenario.change.errors = times(factor);
    return scenario;
}

Row row(std::string name, api::Analysis analysis, Scenario scenario, double seconds,
        std::string knownMiss = "") {
    return {std::move(name), std::move(analysis), std::move(scenario), true,
            Aim{seconds, std::move(knownMiss)}};
}

std::vector<Row> textbookRows() {
    const Scenario onePod{.stablePods = 1};
    Scenario stuck = onePod;
    stuck.change.stuck = .005;
    stuck.change.stuckFor = 2;
    return {
        row("x2 errors", textbook(errorRate()), errorsTimes(2, onePod), 165),
        row("x5 errors", textbook(errorRate()), errorsTimes(5, onePod), 15,
            "harm must show in the difference too, whose test bets by what earlier intervals told: the "
            "first look, at 15 s, can say nothing"),
        row(".5 % of requests + 2 s", textbook(latency()), stuck, 60),
    };
}

// 300 canary requests in 15 s are 200 in the shipped interval.
std::vector<Row> shippedRows() {
    const api::Analysis analysis = shipped({errorRate(), latency(), drift(1)});
    const Scenario scenario{.looks = 180, .interval = 10, .requests = 2000};
    Scenario late = scenario;
    late.looks = 270;
    late.change.from = 900;
    const auto lateRow = [&](std::string name, double factor, double seconds) {
        Row out = row(std::move(name), analysis, errorsTimes(factor, late), seconds);
        out.main = false;  // it takes its time
        return out;
    };
    return {
        row("x2 errors", analysis, errorsTimes(2, scenario), 480),
        row("x5 errors", analysis, errorsTimes(5, scenario), 60),
        lateRow("x2 errors after 15 min", 2, 720),
        lateRow("x5 errors after 15 min", 5, 120),
    };
}

// 50 requests a second of both versions; with the warm-up of the canary's pod, and from its end on.
std::vector<Row> safeRows() {
    const api::Analysis analysis = shipped({errorRate()});
    api::Analysis warm = analysis;
    warm.warmUp = Duration(0);
    const Scenario scenario{
        .looks = 180, .interval = 10, .requests = 500, .steps = {{0, .25, 1}}, .stablePods = 3};
    Scenario faultless = scenario;
    faultless.errors = flat(0);
    return {
        row("no errors, after the warm-up", warm, faultless, 60),
        row(".5 % errors, after the warm-up", warm, scenario, 150),
        row("no errors, warm-up included", analysis, faultless, 60,
            "four intervals of 10 s are needed, and the warm-up of 30 s before them proves nothing"),
        row(".5 % errors, warm-up included", analysis, scenario, 150),
    };
}

}  // namespace

std::vector<Group> aimGroups() {
    return {
        {"Aims: textbook settings, .5 % errors, 300 canary requests in 15 s", Question::TimeToHarm, false,
         textbookRows()},
        {"Aims: shipped defaults with errors, latency and drift, .5 % errors, 200 canary requests in 10 s",
         Question::TimeToHarm, false, shippedRows()},
        {"Aims: SAFE when nothing changed; shipped defaults, 50 requests/s, 25 % canary",
         Question::TimeToSafety, false, safeRows()},
    };
}

}  // namespace serin::calibration
