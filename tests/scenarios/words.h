#pragma once

#include <string>
#include <vector>

#include "api/plan.h"

namespace serin::scenarios {

// "route v1 first", "scale v2 1", "create ReplicaSet v2 0", "create main Service v1" …, without the reason.
std::string wordsOf(const api::Intent& intent);
// All actions in the order in which they are done, each with " because <why>".
std::vector<std::string> actionsOf(const api::Plan& plan);
// "Warning RolledBack: note".
std::vector<std::string> eventsOf(const api::Plan& plan);
// What the registry is to be told: "2 stable Promoted: reason", "champion -> 2", "champion -> 1 from 2,3".
std::vector<std::string> reportOf(const api::Plan& plan);
// The whole plan as text, byte by byte: same plan, same text.
std::string textOf(const api::Plan& plan);

}  // namespace serin::scenarios
