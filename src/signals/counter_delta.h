#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "api/samples.h"
#include "signals/pod_reading.h"

namespace serin::signals {

// What the series of one source add up to.
struct Sums {
    double total = 0;  // Requests: all. Histogram: observations by _count, NaN included
    double bad = 0;    // or good ones, or the sum of what was observed
    // Classes: what stands for each, and its events. Histogram, summed over the histograms of one name: only
    // edges that all of them have.
    std::vector<double> edges;       // ascending, finite
    std::vector<double> cumulative;  // observations at or below each edge
    std::optional<double> infinite;  // at or below +Inf: all but NaN; absent without such a bucket
};

// A series that is remembered; all but its numbers.
struct KnownSeries {
    uint64_t series = 0;
    // As on the last page with it, and 0 where it left the page.
    uint64_t group = 0;
    double edge = 0;
    Slot slot = Slot::Total;
    bool onPage = true;  // the last one

    bool operator==(const KnownSeries&) const = default;
};

// The last numbers of one source in one pod: per series, or, after a restart of the controller, only their
// sums. A copy shares what does not change.
struct SourceNumbers {
    uint64_t fingerprint = 0;
    // Ascending, in the order of the numbers; like pods share one. Null: only the sums are known.
    std::shared_ptr<const std::vector<KnownSeries>> series;
    std::vector<double> values;
    std::vector<double> created;           // seconds; 0 where it says none; empty when none says any
    std::shared_ptr<const Sums> onlySums;  // there exactly without `series`
};

// What the last reading added up to.
Sums sumsOf(const SourceNumbers& numbers);

// The last numbers of one pod.
struct PodNumbers {
    std::optional<Timestamp> readAt;  // the last good reading
    std::optional<double> processStart;
    double created = 0;  // earliest `_created` of the judged series, seconds; 0 when there is none
    std::vector<SourceNumbers> sources;  // ascending by fingerprint, each once

    // Null where there are none.
    const SourceNumbers* of(uint64_t fingerprint) const;
    // In place of those of the same source.
    void keep(SourceNumbers numbers);
};

// Has both pods share what they know of like series.
void shareSeries(const PodNumbers& from, PodNumbers& to);

// Whether a reading comes from the process that gave the numbers before.
enum class Process { Same, Other, Unknown };

// By start times alone. A start time that rose by less than 1.5 s is the same: exporters reckon it from the
// kernel's boot time, which moves by whole seconds when the clock is set. It never falls for another reason.
// Without process_start_time_seconds: Other when every judged series was created after the last reading,
// native histograms left out: clients begin these anew to bound their buckets
// (NativeHistogramMinResetDuration).
Process processOf(const PodNumbers& before, const PodReading& now);

// The earliest `_created` of a reading, native histograms left out; 0 when there is none.
double earliestCreated(const PodReading& reading);

// What to make of a source that was never read in this pod.
enum class FirstSight { Baseline, FromZero };

struct SourceDelta {
    std::optional<api::Counts> counts;  // absent where the source is not exported, or only set a baseline
    bool reset = false;                 // numbers fell, or were created anew
    // What each series of the reading counted of it; empty where they were not told apart.
    std::vector<double> rises{};
};

// What a source counted since its last numbers.
SourceDelta advance(const SourceNumbers& last, const SourceReading& now, Process process);
// The same for a source that was never read in this pod.
SourceDelta begin(const SourceReading& now, FirstSight firstSight);

// What a source counted when nothing happened since it was read.
SourceDelta standStill(const SourceReading& now);

// The numbers to compare the next reading with. Series of `last` (null: never read) that left the page stay
// in it, so that their return is no news, as long as that makes no more than `most`.
SourceNumbers remember(const SourceNumbers* last, const SourceReading& now, Process process, size_t most);

}  // namespace serin::signals
