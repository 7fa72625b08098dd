#pragma once

#include "api/observed.h"

namespace serin::simulation {

// The source of a simulated ModelDeployment: an alias that means the revision in Spec::revision.
void nameSource(api::Spec& spec);
// What an object as it is stored means to who reads it: the revision is what its status knows of the source,
// as the codec has it. Nothing to do without a source.
void adoptSource(api::ModelDeployment& object);

}  // namespace serin::simulation
