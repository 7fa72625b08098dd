#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "api/model_source.h"

namespace serin::api {

// The volume with the token, which Serin adds to pods whose service account is somebody in a cloud.
inline constexpr const char* kIdentityVolume = "serin-identity";

// The service account of pods with that spec; "default", as in Kubernetes, where it names none.
std::string serviceAccountOf(const nlohmann::json& podSpec);

// Has the kubelet keep a token of the pod's service account for the identity's audience, and hands it to that
// init container alone, whether the pod gets tokens for the API server or not. The kubelet makes the file
// readable for whomever the container runs as: for everybody in the volume, or, where the pod has an fsGroup
// or all its containers one user, for these.
void addIdentity(nlohmann::json& podSpec, nlohmann::json& container, const WorkloadIdentity& identity);

}  // namespace serin::api
