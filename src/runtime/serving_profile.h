#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/observed.h"
#include "api/profile.h"
#include "runtime/examiner.h"
#include "runtime/model_profiles.h"

namespace serin::runtime {

// The files that may be the profile of what the revision `serving` sees and says, in the order in which they
// count: its own, and where that version has none (it was logged before there were profiles, or it was loaded
// from no source) the one of the version that the spec asks for. No two are the same file. Pure.
std::vector<ModelProfile> profilesFor(const api::Observed& seen, const std::string& serving,
                                      const std::string& path);

// Tells the examiner what is known of the profile among the files of the version that serves, where its spec
// names one, and has it read. Returns at once. `profiles` null: no model is loaded from a source, and nothing
// is told.
void keepModelProfile(Examiner& examiner, const std::string& key, const api::Observed& seen,
                      ModelProfiles* profiles);

}  // namespace serin::runtime
