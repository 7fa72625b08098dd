#pragma once

#include <string>

#include "api/samples.h"
#include "judge/memory.h"

namespace serin::judge {

// A canary pod, by name, was replaced because it alone was worse: the evidence of harm becomes what it is
// without that pod, and the proof that the version is safe begins anew, for it cannot be had without it. Pods
// are told apart anew from here on. Does nothing for a pod that was left out already.
void leaveOut(const std::string& pod, AttemptMemory& attempt);

// Takes what the left-out pod did while it ended out of the stratum.
void dropLeftOut(const AttemptMemory& attempt, api::Stratum& stratum);

}  // namespace serin::judge
