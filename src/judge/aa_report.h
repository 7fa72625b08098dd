#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace serin::judge {

// Deals of a run that are allowed for.
inline constexpr size_t kMostSplits = 100'000;

// What `serin-judge aa` says of a recording in which one version was its own canary, for people, and its exit
// code.
struct AaReport {
    // 0: no false alarm; 1: a false alarm, in the recorded rollout or in more deals of its pods than
    // falseAlarm allows; 2: the recording cannot be read, or compares nothing.
    int code = 0;
    std::string text;     // without control characters but line breaks, whatever the recording has
    std::string trouble;  // why the code is 2; else empty
};

// The pods are dealt anew `splits` times with lots that follow from `seed`; 0: not at all.
AaReport reportAa(std::string_view recording, size_t splits, uint64_t seed);

}  // namespace serin::judge
