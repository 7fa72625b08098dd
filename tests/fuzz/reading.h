#pragma once

#include <algorithm>
#include <cmath>

#include "signals/pod_reading.h"
#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {

inline void checkSeries(const signals::SourceReading& source) {
    for (const signals::SeriesNumber& number : source.series) {
        require(std::isfinite(number.value) && number.value >= 0, "what is counted is a count");
        require(!std::isnan(number.edge), "an edge is a number");
    }
    const auto ascending = [](const auto& a, const auto& b) { return a.series >= b.series; };
    require(std::adjacent_find(source.series.begin(), source.series.end(), ascending) == source.series.end(),
            "each series stands once, in order");
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
