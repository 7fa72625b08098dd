#pragma once

#include <string>
#include <vector>

#include "fake/json.h"
#include "registry.h"
#include "server.h"

namespace serin::conformance {

// What came of one case, on one server or in the comparison.
struct Finding {
    std::string sentence;
    std::string group;  // the file of the case
    std::vector<std::string> failures;
};

struct Run {
    std::vector<Finding> findings;
    fake::Json record;  // {"server": …, "cases": {sentence: what was said}}
};

// Plays the cases whose sentences contain `word` in a namespace of their own. Cases that are marked as
// real-only are left out on the simulated server. Fails when the namespace cannot be made.
Result<Run> playAll(Server& server, const std::string& word);

// The records of the two servers, case by case: a difference that no case names, or a named one that is not
// there any more, is a failure. Real-only cases and those in neither record are left out. Fails on a record
// that is none.
Result<std::vector<Finding>> compareRecords(const fake::Json& simulated, const fake::Json& real);

}  // namespace serin::conformance
