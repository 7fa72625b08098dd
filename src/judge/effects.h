#pragma once

#include <map>
#include <string>

#include "judge/drift_metric.h"

namespace serin::judge {

// How far apart the versions' counts of the present step are, by the measures that people know, each under
// its name in the status: totalVariation, jensenShannon, hellinger; of histograms also kolmogorovSmirnov and
// wasserstein. A measure stands there only when chance alone makes at most a third of 0.1 of it, the
// threshold that tools commonly put on each. And `different`: the largest ln of the evidence in this attempt
// that the versions differ at all.
std::map<std::string, double> effectsOf(const DriftEvidence& drift);

}  // namespace serin::judge
