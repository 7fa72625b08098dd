#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "api/model_source.h"

namespace serin::api {

// The volume with the token, which Serin adds to pods whose service account is somebody in a cloud.
inline constexpr const char* kIdentityVolume = "serin-identity";

// The service account of pods with that spec; "default", as in Kubernetes, where it names none.
std::string serviceAccountOf(const nlohmann::json& podSpec);

// The volume in which the kubelet keeps a token of the pod's service account for the identity's audience,
// whether the pod gets tokens for the API server or not. The kubelet makes the file readable for whomever a
// container runs as: for everybody in the volume, or, where the pod has an fsGroup or all its containers one
// user, for these.
nlohmann::json identityVolume(const WorkloadIdentity& identity);
// Hands it to that container alone, which has a list of mounts and one of variables.
void addIdentity(nlohmann::json& container);

}  // namespace serin::api
