#pragma once

#include <vector>

namespace serin::judge {

// Steps beyond this open no new start; their weight would be negligible.
constexpr int kMostSteps = 12;

// ln E of the mixture over starts, so that a regression that sets in late is found although earlier intervals
// looked well: `logs[0]` since the attempt's start has weight ½, `logs[i]` since the i-th step's start
// ½·2^-i. Starts not yet made have E = 1.
double logMixtureOfStarts(const std::vector<double>& logs);

}  // namespace serin::judge
