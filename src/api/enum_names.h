#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/judgement.h"
#include "api/status.h"

namespace serin::api {

// The words for enumerators in status, events and messages; they are the enumerators' own names.
std::string nameOf(Phase phase);
std::string nameOf(Verdict verdict);
// Absent for a word that this version does not know.
std::optional<Phase> phaseNamed(std::string_view name);
std::optional<Verdict> verdictNamed(std::string_view name);

}  // namespace serin::api
