#pragma once

#include <cstddef>
#include <vector>

namespace serin::judge {

// Steps beyond this open no new start; their weight would be negligible.
constexpr int kMostSteps = 12;

// The weight of start i in the mixture over starts, by which a regression that sets in late is found although
// earlier intervals looked well: 0 is the attempt's start and has ½, i the i-th step's and has ½·2^-i.
double weightOfStart(size_t i);
// What all starts but the first `made` weigh; E is 1 for these.
double weightOfLaterStarts(size_t made);

// ln E of the mixture: `logs[i]` is ln E since start i.
double logMixtureOfStarts(const std::vector<double>& logs);

}  // namespace serin::judge
