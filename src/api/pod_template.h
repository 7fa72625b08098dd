#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "api/field.h"
#include "api/spec.h"

namespace serin::api {

// The container of that name in a pod's spec, or nullptr.
const nlohmann::json* containerNamed(const nlohmann::json& podSpec, const std::string& name);

// Chooses the serving container (runtime.container, or the only one), fills in what follows from it
// (runtime.container, modelId) and adds the problems of the template that no schema can see. `spec` is the
// field "spec", `out` has runtime and ports already.
void decodeTemplate(const Field& spec, Spec& out);

}  // namespace serin::api
