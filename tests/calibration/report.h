#pragma once

#include <string>
#include <vector>

#include "row.h"
#include "tally.h"

namespace serin::calibration {

struct Finding {
    std::string row;
    bool bounded = false;  // something is promised here
    bool good = true;
    std::string note;  // why a miss is known, or what was missed
};

// What the tally of a row says about what is promised.
Finding judgeRow(const Group& group, const Row& row, const Tally& tally);

// The group's table; `tallies` and `findings` in the order of its rows.
std::string tableOf(const Group& group, const std::vector<Tally>& tallies,
                    const std::vector<Finding>& findings);

}  // namespace serin::calibration
