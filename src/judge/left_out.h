#pragma once

#include <string>

#include "api/samples.h"
#include "judge/memory.h"

namespace serin::judge {

// A canary pod, by name, was replaced because it alone was worse: the evidence of harm becomes what it is
// without that pod, and the proof that the version is safe begins anew, for it cannot be had without it. Pods
// are told apart anew from here on. Does nothing for a pod that was left out already.
void leaveOut(const std::string& pod, AttemptMemory& attempt);

// The stratum without what the left-out pod did while it ended.
api::Stratum withoutLeftOut(const api::Stratum& stratum, const AttemptMemory& attempt);

}  // namespace serin::judge
