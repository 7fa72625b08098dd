#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "api/samples.h"
#include "signals/pod_reading.h"

namespace serin::signals {

// The last numbers of one source in one pod. Either per series (`series`), or, after a restart of the controller,
// only what they add up to (`sums`).
struct SourceNumbers {
    struct Last {
        uint64_t series = 0;
        double value = 0;
        double created = 0;
    };
    struct Sums {
        double total = 0;  // HistogramDrift: observations
        double bad = 0;
        std::vector<double> edges;       // ascending, finite
        std::vector<double> cumulative;  // at the edges
    };
    std::vector<Last> series;  // ascending; series that left the page stay, so that their return is no news
    Sums sums;
    bool onlySums = false;
};

// The last numbers of one pod.
struct PodNumbers {
    std::optional<double> processStart;
    double created = 0;  // earliest `_created` of the judged series; 0 when there is none
    std::map<uint64_t, SourceNumbers> sources;  // by fingerprint
};

struct SourceDelta {
    std::optional<api::Counts> counts;  // absent where the source is not exported or only set a baseline
    bool fell = false;                  // a series was reset
};

// What to make of numbers without a predecessor.
enum class FirstSight { Baseline, FromZero };

// Whether the process behind `now` is another than that behind `before`, by start times alone; absent when neither
// says. Start times that rise by less than 1.5 s do not: exporters reckon them from the kernel's boot time,
// which is rounded to seconds.
std::optional<bool> processChanged(const PodNumbers& before, const PodReading& now);

// The counts since `last` (null: the source was never read in this pod), and `last` brought up to date.
// `restarted`: the process is another one, so every number counts from 0.
SourceDelta advance(SourceNumbers& last, const SourceReading& now, bool known, bool restarted, FirstSight firstSight);

// What a reading adds up to.
SourceNumbers::Sums sumUp(const SourceReading& reading);

}  // namespace serin::signals
