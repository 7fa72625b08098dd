#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/observed.h"

namespace serin::routing {

// Replica-ratio routing: the split is made of pod counts behind one Service, whose selector names one
// revision or every revision. All functions are pure.

// Wanted split -> objects. `revision` empty: every pod of the ModelDeployment. Ports target the names that
// the revisions' pods give their ports, so that revisions with other port numbers split correctly.
std::string mainServiceBody(const api::ModelDeployment& object, const std::string& revision);
std::string revisionServiceBody(const api::ModelDeployment& object, const std::string& revision);
// A JSON merge patch that sets selector, ports and annotations in one write; with the uid and resourceVersion
// it was planned from, so that the API server refuses it when the Service is another or has changed.
std::string routePatch(const api::ModelDeployment& object, const std::string& revision,
                       const std::string& uid, const std::string& resourceVersion,
                       const std::map<std::string, std::string>& annotations);

// Objects -> observed split. Only Services whose controller is the ModelDeployment count. An endpoint belongs
// to the revision whose ReplicaSet's name its pod's name begins with.
api::Split observeSplit(const api::ModelDeployment& object, const std::vector<api::ReplicaSet>& replicaSets,
                        const std::vector<api::Service>& services,
                        const std::vector<api::EndpointSlice>& slices);

}  // namespace serin::routing
