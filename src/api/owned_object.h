#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "api/observed.h"

namespace serin::api {

// app.kubernetes.io/* and serin.dev/model-deployment, for every object that belongs to `object`; with a
// revision also serin.dev/revision.
std::map<std::string, std::string> commonLabels(const ModelDeployment& object, const std::string& revision);

// commonLabels of the spec's own revision, with app.kubernetes.io/version where the version can be a label.
std::map<std::string, std::string> versionLabels(const ModelDeployment& object);

// What selects the pods of `object`: serin.dev/* labels only. `revision` empty: of every revision.
std::map<std::string, std::string> podSelector(const ModelDeployment& object, const std::string& revision);

// metadata of an object that belongs to `object` and is deleted with it.
nlohmann::json ownedMetadata(const ModelDeployment& object, const std::string& name,
                             const std::map<std::string, std::string>& labels);

}  // namespace serin::api
