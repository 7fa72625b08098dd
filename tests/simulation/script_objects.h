#pragma once

#include <string>

#include "api/observed.h"
#include "fake/api_server.h"
#include "script.h"

namespace serin::simulation {

// Where the ModelDeployment that is watched is, and where the operator.
constexpr const char* kSpace = "ml";
constexpr const char* kName = "fraud";
constexpr const char* kOperatorSpace = "serin";
// The ModelDeployment that the operator may not write for, beside the one that is watched.
constexpr const char* kNeighbour = "unhappy-neighbour";

// What people want at the moment.
struct Wanted {
    int revision = 0;
    int replicas = 1;
    bool paused = false;
    std::vector<api::Step> steps;
    bool judged = true;
    api::OnInconclusive onInconclusive = api::OnInconclusive::Pause;
};
Wanted wantedAtFirst(const Script& script);
// NewRevision, Replicas, Pause, Unpause, OtherSteps.
void changeWanted(const Happening& happening, Wanted& wanted);

// The ModelDeployment as somebody would write it.
fake::Json objectJson(const std::string& name, const Wanted& wanted);
// The condition of a ReplicaSet that gets no pods.
fake::Json replicaFailure(const std::string& message);
// The EndpointSlice of a Service, as the EndpointSlice controller writes it.
fake::Json sliceJson(const api::EndpointSlice& slice, const fake::Json& service);

}  // namespace serin::simulation
