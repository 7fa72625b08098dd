#pragma once

#include <string>
#include <string_view>

namespace serin::api {

// "mlflow:NAME/VERSION", with which the id of a version of a registered model begins; " sha256:…" follows. A
// name that is too long for an id is cut.
std::string registeredIdOf(std::string_view name, std::string_view version);

// The number of the version of the registered model `name` that an id is of; empty where it is of another
// model, of a run, or of no registry.
std::string registeredVersionOf(std::string_view name, std::string_view id);

}  // namespace serin::api
