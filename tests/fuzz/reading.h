#pragma once

#include <algorithm>
#include <cmath>

#include "signals/pod_reading.h"
#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {

inline void checkLabels(const signals::SeriesLabels& labels) {
    require(labels.columns.size() <= api::kMostLabels, "few labels are kept");
    require(!labels.columns.empty() || labels.rows.empty(), "where series are alike, nothing is kept");
    for (const auto& [label, values] : labels.columns) {
        require(label.size() <= api::kLongestLabelText, "a label's name is short");
        require(values.size() <= signals::LabelCollector::kMostKnown, "few values are kept");
        for (const std::string& value : values)
            require(value.size() <= api::kLongestLabelText, "a label's value is short");
    }
    for (const signals::SeriesLabels::Row& row : labels.rows) {
        for (size_t i = 0; i < labels.columns.size(); ++i) {
            const bool known = row.values[i] != signals::SeriesLabels::kUnknown;
            require(!known || row.values[i] < labels.columns[i].values.size(),
                    "a row's value is one of its label");
        }
    }
    const auto ascending = [](const auto& a, const auto& b) { return a.key >= b.key; };
    require(std::ranges::adjacent_find(labels.rows, ascending) == labels.rows.end(), "each row stands once");
}

inline void checkSeries(const signals::SourceReading& source) {
    for (const signals::SeriesNumber& number : source.series) {
        require(std::isfinite(number.value) && number.value >= 0, "what is counted is a count");
        require(!std::isnan(number.edge), "an edge is a number");
    }
    const auto ascending = [](const auto& a, const auto& b) { return a.series >= b.series; };
    require(std::adjacent_find(source.series.begin(), source.series.end(), ascending) == source.series.end(),
            "each series stands once, in order");
    checkLabels(source.labels);
}

inline bool same(const signals::PodReading& a, const signals::PodReading& b) {
    const auto sameNumber = [](const signals::SeriesNumber& x, const signals::SeriesNumber& y) {
        return x.series == y.series && x.value == y.value && x.edge == y.edge && x.created == y.created;
    };
    const auto sameSource = [&](const signals::SourceReading& x, const signals::SourceReading& y) {
        return x.exported == y.exported && std::ranges::equal(x.series, y.series, sameNumber);
    };
    return a.processStart == b.processStart && std::ranges::equal(a.sources, b.sources, sameSource);
}

}  // namespace serin::fuzz
