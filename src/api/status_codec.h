#pragma once

#include <nlohmann/json.hpp>

#include "api/status.h"

namespace serin::api {

// The members of .status as the schema has them; what is absent or empty is left out, but the counts are
// always there. Times of a rollout keep milliseconds, the others whole seconds; numbers have six significant
// digits, and what is not finite is left out.
nlohmann::json encodeStatus(const Status& status);

// Reads what encodeStatus wrote, whatever version of Serin it was. What is missing, misshapen or unknown
// reads as a default; an unknown phase reads as Evaluating, from where a rollout can do no harm; a step past
// the end of the list is the last one.
Status decodeStatus(const nlohmann::json& status);

}  // namespace serin::api
