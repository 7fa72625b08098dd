#pragma once

#include <string>
#include <vector>

#include "api/samples.h"
#include "api/spec.h"
#include "judge/memory.h"

namespace serin::judge {

bool wasReady(const AttemptMemory& attempt, const std::string& pod);
bool wasLost(const AttemptMemory& attempt, const std::string& pod);
bool hasAnswered(const AttemptMemory& attempt, const std::string& pod);
// The pod's group in the evidence that leaves pods out; npos before its first request.
size_t groupOf(const AttemptMemory& attempt, const std::string& pod);

// The stratum without the counts of pods whose scrape before was lost: their deltas cover more seconds than
// the stratum does.
api::Stratum withoutLateCounts(const api::Stratum& stratum, const AttemptMemory& attempt);

// Remembers which pods were ready, lost a scrape and answered requests, and gives canary pods their groups.
void notePods(const api::Stratum& stratum, const std::vector<api::Metric>& metrics, AttemptMemory& attempt);

}  // namespace serin::judge
