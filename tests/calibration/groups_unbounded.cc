#include "base/text.h"
#include "row.h"

// Where the requests of one version are not like those of the other although nothing changed: printed, not
// promised.
namespace serin::calibration {
namespace {

Row row(std::string name, Scenario scenario, api::Analysis analysis = shipped({errorRate()})) {
    return {std::move(name), std::move(analysis), std::move(scenario), false, {}};
}

// A canary pod beside three stable ones; each client's rate is another (gamma, variance 4).
std::vector<Row> pinned() {
    std::vector<Row> out;
    for (const int clients : {10, 30, 100}) {
        out.push_back(row(cat(clients, " clients keep their pods"),
                          {.steps = {{0, .25, 1}}, .stablePods = 3, .trouble = {.clients = clients}}));
    }
    out.push_back(
        row("30, one of them errs on 10 %",
            {.steps = {{0, .25, 1}}, .stablePods = 3, .trouble = {.clients = 30, .brokenClient = .1}}));
    return out;
}

std::vector<Row> onePod() {
    std::vector<Row> out;
    for (const int pods : {1, 2, 3}) {
        out.push_back(row(cat("one of ", pods, " canary pods errs on 5 %"),
                          {.steps = {{0, .1 * pods, pods}}, .trouble = {.badPod = .05}}));
    }
    return out;
}

// Bursts of 10 % for 5 s of every two minutes.
std::vector<Row> misaligned(const api::Analysis& analysis, int stablePods) {
    std::vector<Row> out;
    for (const int offset : {0, 1, 2, 3, 5}) {
        for (const bool known : {false, true}) {
            if (offset == 0 && known) continue;
            out.push_back(row(cat("stable read ", offset, " s later", known ? ", and it is seen" : ""),
                              {.looks = 180,
                               .interval = 10,
                               .requests = 2000,
                               .stablePods = stablePods,
                               .errors = bursts(.005, .1, 5, 120),
                               .trouble = {.offset = static_cast<double>(offset), .offsetIsKnown = known}},
                              analysis));
        }
    }
    return out;
}

std::vector<Row> noiseOfEach() {
    return {
        row("noise of each version, variance .2", {.noise = {.ofEachArm = .2}}),
        row("noise of each version, variance 1", {.noise = {.ofEachArm = 1}}),
    };
}

}  // namespace

std::vector<Group> unboundedGroups() {
    return {
        {"Without a bound: clients that keep their connections; shipped defaults", Question::Unbounded, false,
         pinned()},
        {"Without a bound: one bad pod", Question::Unbounded, false, onePod()},
        {"Without a bound: scrapes that do not cover the same seconds, bursts of errors; shipped defaults",
         Question::Unbounded, false, misaligned(shipped({errorRate()}), 9)},
        {"Without a bound: the same with textbook settings", Question::Unbounded, false,
         misaligned(textbook(errorRate()), 1)},
        {"Without a bound: noise that the versions do not share", Question::Unbounded, false, noiseOfEach()},
    };
}

}  // namespace serin::calibration
