#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "signals/exposition.h"
#include "signals/selection.h"

namespace serin::signals {

enum class Slot : uint8_t { Total, Bad, Bucket, Count, Class };

// One series' number on one page.
struct SeriesNumber {
    uint64_t series =
        0;               // identity: a hash of slot, name and labels, in any order; the same in every process
    uint64_t group = 0;  // the same without the name's suffix and le: joins the buckets of one histogram
    Slot slot = Slot::Total;
    double edge = 0;      // Bucket: upper edge, +infinity included. Class: a whole number that stands for it
    double value = 0;     // finite and not negative
    double created = 0;   // seconds since 1970 by the sibling `_created`; 0 when there is none
    bool native = false;  // of a native histogram, which a client may begin anew within one process
};

struct SourceReading {
    // Of the Source; another one where a histogram is native, whose numbers do not go on from those of
    // classic buckets or of other edges.
    uint64_t fingerprint = 0;
    SourceKind kind = SourceKind::Requests;
    bool exported = false;                  // the page names the metric, if only in a TYPE line
    std::vector<SeriesNumber> series;       // ascending by `series`, each once
    std::map<double, std::string> classes;  // the values of the label by what stands for them
    bool sumIsNaN = false;                  // Histogram: one of its sums is NaN
    SeriesLabels labels;                    // of the series that count what is bad; empty where all are alike
};

// One scrape of one pod, reduced to the judged series.
struct PodReading {
    std::optional<Timestamp> at;         // when somebody else scraped it; absent: when it was read
    std::optional<double> processStart;  // process_start_time_seconds
    std::vector<SourceReading> sources;  // in the order of Selection::sources
};

// How many series may be selected on the page of one of `pods` pods that are read together: 5,000, and of
// many pods so many that all of them stay within 200,000. Bounds what is remembered of pods that lie.
size_t mostSeries(size_t pods);

// Reduces a page. Invalid when a number that is judged cannot be trusted: a malformed line of a selected name
// or without a readable name, a counter that is negative or not finite, a truncated page, or too many series.
// (A page that is only half understood would turn known series into new ones.) What is wrong elsewhere does
// not matter. `openMetrics` demands the end marker.
Result<PodReading> readPage(std::string_view page, const Selection& selection, bool openMetrics,
                            size_t mostSelected = mostSeries(1));

// The same of a page in protobuf, which tells the end of each family by itself.
Result<PodReading> readProtobufPage(std::string_view page, const Selection& selection,
                                    size_t mostSelected = mostSeries(1));

// The same of samples and native histograms that somebody else has scraped from one page and taken apart;
// their `line` is 0. Numbers that a page tells only in its TYPE lines are missing. Invalid also where one of
// the `unread` is judged and has no classic buckets beside it.
Result<PodReading> readSamples(std::span<const Sample> samples, std::span<const NativeSample> natives,
                               std::span<const UnreadNative> unread, const Selection& selection,
                               size_t mostSelected = mostSeries(1));

// process_start_time_seconds, whatever is selected.
extern const std::string_view processStartName;
// The names of all samples that these functions look at, in order, each once.
std::vector<std::string> namesRead(const Selection& selection);

}  // namespace serin::signals
