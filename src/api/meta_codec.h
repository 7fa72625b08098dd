#pragma once

#include <nlohmann/json.hpp>

#include "api/observed.h"
#include "base/result.h"

namespace serin::api {

// metadata of any namespaced object. Error when name, namespace or uid is missing.
Result<Meta> decodeMeta(const nlohmann::json& object);

}  // namespace serin::api
