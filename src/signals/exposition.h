#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "signals/native_histogram.h"

namespace serin::signals {

struct Label {
    std::string_view name;
    std::string_view value;  // escapes resolved
};

// One sample line. The views live as long as the call that hands them out.
struct Sample {
    std::string_view name;
    std::span<const Label> labels;
    double value = 0;
    std::optional<double> timestamp;  // as written: milliseconds in 0.0.4, seconds in OpenMetrics
    size_t line = 0;                  // 1-based; 0 where there are no lines
};

// A histogram that has native buckets alone. The views live as long as the call that hands them out.
struct NativeSample {
    std::string_view name;  // the histogram's, without a suffix
    std::span<const Label> labels;
    double count = 0;  // all observations, NaN included
    const NativeHistogram& histogram;
};

// A native histogram whose buckets cannot be told. It matters where nothing else tells what it counted.
struct UnreadNative {
    std::string_view name;  // as of a NativeSample
    std::span<const Label> labels;
    std::string_view why;
};

// A line that does not follow the format. The other lines are still read.
struct PageIssue {
    size_t line = 0;        // of protobuf the family, counted from 1
    std::string_view name;  // the sample's name as far as it could be read; empty when it could not
    std::string message;    // "line 7: label \"code\" has no value"
};

// Takes what a page holds, in the page's order, on the calling thread.
class PageSink {
  public:
    virtual ~PageSink() = default;
    // Whether samples of this name are wanted; asked once for a run of lines with one name. The lines of
    // others are skipped unchecked.
    virtual bool wants(std::string_view name) = 0;
    // "# TYPE family type".
    virtual void type(std::string_view family, std::string_view type) = 0;
    virtual void sample(const Sample& sample) = 0;
    // Comes where the name is wanted, as samples do. Text has none.
    virtual void native(const NativeSample&) {}
    virtual void malformed(const PageIssue& issue) = 0;
};

struct PageLimits {
    size_t bytes = 4U << 20U;
    size_t samples = 200'000;  // sample lines, the skipped ones included
    size_t labels = 64;        // of one sample
};

struct PageSummary {
    size_t samples = 0;  // sample lines, the skipped ones included; see readProtobuf()
    size_t malformed = 0;
    bool endMarker = false;  // "# EOF" stood at the end (OpenMetrics)
    std::string truncated;   // why the rest was not read; empty when all was
};

// Reads Prometheus' text format 0.0.4 and OpenMetrics 1.0 (exemplars are checked and dropped). Linear in the
// page's size, no allocation per line.
PageSummary readExposition(std::string_view page, const PageLimits& limits, PageSink& sink);

}  // namespace serin::signals
