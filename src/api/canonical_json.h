#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace serin::api {

// The one text of a JSON value: no blanks, members sorted by the bytes of their keys, whole numbers without
// fraction or exponent wherever they fit into 64 bits (1.0 is 1), other numbers in their shortest form.
std::string canonicalText(const nlohmann::json& value);

// `value` without what means the same as absence: null members, then members that are empty maps or lists,
// from the leaves up. Elements of lists stay, whatever is left of them, for their position means something.
nlohmann::json withoutEmpties(const nlohmann::json& value);

}  // namespace serin::api
