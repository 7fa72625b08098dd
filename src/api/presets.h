#pragma once

#include <string>

#include "api/spec.h"

namespace serin::api {

// What MLServer has where nothing else is stated; everything but `container` is filled in.
Runtime mlserverRuntime(const std::string& modelName);

}  // namespace serin::api
