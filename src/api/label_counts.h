#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace serin::api {

// How many bad events of one metric were counted by series that have this value of this label. Both texts
// come from a pod's page: shortened and printable, and nobody's word but the pod's.
struct LabelCount {
    std::string label;
    std::string value;
    uint64_t bad = 0;

    bool operator==(const LabelCount&) const = default;
};

// Bounds of what is kept, for a page may have thousands of values of a label.
inline constexpr size_t kMostLabels = 3;         // of one metric
inline constexpr size_t kMostLabelValues = 8;    // of one label
inline constexpr size_t kLongestLabelText = 48;  // bytes, of a name and of a value

// What is said of the same value of the same label together, in the order of label and value: the labels with
// the most events and of each the values with the most, at most so many; where events are as many, those that
// come first by name. The order of `counts` does not matter. No value without an event is kept.
std::vector<LabelCount> gathered(const std::vector<LabelCount>& counts);

// As much of a label's name or value as is kept, with ? for all that is no printable ASCII.
std::string labelText(std::string text);

}  // namespace serin::api
