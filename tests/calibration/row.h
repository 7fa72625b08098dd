#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenario.h"
#include "settings.h"

namespace serin::calibration {

// What a table is about, and so what is watched in its runs and what bounds them.
enum class Question {
    TakenBack,     // nothing that counts as harm: rolled back in at most falseAlarm of the runs; time to SAFE
    Found,         // harm: how many are rolled back, and when
    CalledSafe,    // beyond SAFE's margins: called safe in at most missedHarm of the runs
    TimeToHarm,    // harm, with an aim for the median
    TimeToSafety,  // nothing changed, with an aim for the median
    Unbounded,     // as TakenBack where nothing is promised
};

struct Aim {
    double seconds = 0;     // of the median
    std::string knownMiss;  // why the shipped judge misses it; empty when it must not
};

struct Row {
    std::string name;
    api::Analysis analysis;
    Scenario scenario;
    bool main = false;  // one of those that every run of the tests plays
    std::optional<Aim> aim;
};

struct Group {
    std::string title;
    Question question = Question::TakenBack;
    bool rivals = false;  // their rules are played on the same minutes
    std::vector<Row> rows;
};

// All tables, in the order in which they are printed.
std::vector<Group> allGroups();

std::vector<Group> quietGroups();
std::vector<Group> powerGroups();
std::vector<Group> aimGroups();
std::vector<Group> latencyGroups();
std::vector<Group> driftGroups();
std::vector<Group> limitGroups();
std::vector<Group> watchGroups();
std::vector<Group> unboundedGroups();

}  // namespace serin::calibration
