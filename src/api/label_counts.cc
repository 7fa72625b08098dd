#include "api/label_counts.h"

#include <algorithm>
#include <map>

#include "base/shorten.h"

namespace serin::api {
namespace {

using Values = std::vector<LabelCount>;

bool isLarger(const LabelCount& a, const LabelCount& b) {
    return a.bad != b.bad ? a.bad > b.bad : a.value < b.value;
}

uint64_t eventsOf(const Values& values) {
    uint64_t sum = 0;
    for (const LabelCount& value : values) sum += value.bad;
    return sum;
}

std::map<std::string, Values> byLabel(const std::vector<LabelCount>& counts) {
    std::map<std::string, std::map<std::string, uint64_t>> sums;
    for (const LabelCount& count : counts) {
        if (count.bad > 0) sums[count.label][count.value] += count.bad;
    }
    std::map<std::string, Values> out;
    for (const auto& [label, values] : sums) {
        for (const auto& [value, bad] : values) out[label].push_back({label, value, bad});
    }
    return out;
}

}  // namespace

std::vector<LabelCount> gathered(const std::vector<LabelCount>& counts) {
    struct Label {
        std::string name;
        uint64_t events = 0;
    };
    std::map<std::string, Values> labels = byLabel(counts);
    std::vector<Label> order;
    order.reserve(labels.size());
    for (const auto& [name, values] : labels) order.push_back({name, eventsOf(values)});
    std::ranges::stable_sort(order, [](const Label& a, const Label& b) { return a.events > b.events; });
    for (size_t i = kMostLabels; i < order.size(); ++i) labels.erase(order[i].name);
    std::vector<LabelCount> out;
    for (auto& [name, values] : labels) {
        std::ranges::sort(values, isLarger);
        values.resize(std::min(values.size(), kMostLabelValues));
        std::ranges::sort(values, {}, &LabelCount::value);
        out.insert(out.end(), values.begin(), values.end());
    }
    return out;
}

std::string labelText(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return c < ' ' || c > '~'; }, '?');
    return shortened(text, kLongestLabelText);
}

}  // namespace serin::api
