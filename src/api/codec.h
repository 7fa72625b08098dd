#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "api/observed.h"
#include "base/result.h"

namespace serin::api {

// JSON of the API server -> values. Unknown members are ignored; a missing required member or a wrong type is
// an Error that names the field. A ModelDeployment whose spec breaks a rule that only code can check still
// decodes: the rules' sentences stand in Spec::problems.
Result<ModelDeployment> decodeModelDeployment(const nlohmann::json& object);
Result<ReplicaSet> decodeReplicaSet(const nlohmann::json& object);
Result<Service> decodeService(const nlohmann::json& object);
Result<EndpointSlice> decodeEndpointSlice(const nlohmann::json& object);

// Values -> request bodies (UTF-8 JSON, no escapes beyond JSON's own).
// The whole status as the body of a server-side apply to the status subresource.
// It names uid and resourceVersion of `object`, so that a status planned from an older or another object is
// refused (409). The resourceVersion does it: on a status the API server ignores the rest of metadata, a
// strange uid too.
std::string statusBody(const ModelDeployment& object, const Status& status);
// The status as it comes back after it was written: times and numbers have the resolution that is stored.
// Compare with this what is recorded, else a plan never comes to rest.
Status normalised(const Status& status);
// The ReplicaSet of `object.spec`'s revision for POST: labels, owner, template with what Serin adds (named
// ports, probe, preStop, and with a source what loads the model: an init container of `fetchImage`).
// Precondition: spec.usable().
std::string replicaSetBody(const ModelDeployment& object, int replicas, const std::string& fetchImage = {});

// Why the pods of a PodList do not get ready, in words: waiting reason, last termination (exit code, reason,
// message), the scheduler's words. Empty when they tell nothing.
std::string diagnosePods(const nlohmann::json& podList);

}  // namespace serin::api
