#pragma once

#include <string>

#include "plan/draft.h"

namespace serin::plan {

// What the condition DataDrift says now: of the present judgement, or as it is recorded while nothing is
// judged. `status` is empty where there should be no such condition.
struct DataDriftState {
    std::string status;  // True, False, Unknown
    std::string reason;
    std::string message;
};
DataDriftState dataDriftState(const Draft& draft);

// Why nothing goes forward: the data drifted, and onDataDrift is Pause. Empty when it may go on, after a
// person asked for promotion too.
std::string heldByDataDrift(const Draft& draft);

// Tells of a drift when it begins: the condition was not True before and is now.
void noteDataDrift(Draft& draft);

}  // namespace serin::plan
