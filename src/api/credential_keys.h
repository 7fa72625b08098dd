#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/model_source.h"

namespace serin::api {

// The keys of the Secret that open such a store, named as the store's own tools name their environment (and
// ".dockerconfigjson", as Kubernetes names it); empty where no such store can be read.
std::vector<std::string> credentialKeys(StoreKind kind);

// The environment variable by which a program gets the value of a key: the key itself, where it can be one's
// name.
std::string credentialVariable(std::string_view key);

}  // namespace serin::api
