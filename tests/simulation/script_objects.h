#pragma once

#include <string>

#include "api/observed.h"
#include "fake/api_server.h"
#include "script.h"

namespace serin::simulation {

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
// The EndpointSlice of a Service, as the EndpointSlice controller writes it.
fake::Json sliceJson(const api::EndpointSlice& slice, const fake::Json& service);

}  // namespace serin::simulation
