#pragma once

#include <cstddef>
#include <cstdint>
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

// The weight of a start before stratum i (from 0), in a mixture over a start before every stratum, by which a
// regression is found that sets in anywhere within a step. It falls like i^-1.5, slowly, for one that comes
// in the hundredth stratum is as bad as one in the tenth; all strata together weigh 1, however many there
// are.
double weightOfStratum(uint64_t i);
// What all strata but the first `made` weigh: 1/sqrt(made + 1). A root, unlike a power or a logarithm, is
// rounded alike on every machine.
double weightOfLaterStrata(uint64_t made);

}  // namespace serin::judge
