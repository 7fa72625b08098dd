#pragma once

#include <string>

#include "plan/draft.h"

namespace serin::plan {

// What the condition SourceReady says. `status` is empty where there should be no such condition.
struct SourceState {
    std::string status;  // True, False, Unknown
    std::string reason;
    std::string message;
};
SourceState sourceState(const Draft& draft);

// Takes over into the status what the newest look at the spec's source found. The spec that is decoded from
// it has another revision where the id is another one: until then the plan is about what was known before.
void recordSource(Draft& draft);

// Nothing new starts before a person did something about the source.
bool sourceNeedsPerson(const Draft& draft);

// "mlflow://fraud@champion points to version 13 (its id), which"; of a spec without a source "version 13".
std::string whatIsWanted(const Draft& draft);

}  // namespace serin::plan
