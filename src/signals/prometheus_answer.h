#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "signals/prometheus_histogram.h"

namespace serin::signals {

struct PrometheusSample {
    Timestamp at;
    double value = 0;
};

// A sample that is a native histogram.
struct PrometheusHistogramSample {
    Timestamp at;
    PrometheusHistogram histogram;
};

struct PrometheusSeries {
    std::vector<std::pair<std::string, std::string>> labels;  // sorted, __name__ among them
    std::vector<PrometheusSample> samples;                    // in the answer's order
    std::vector<PrometheusHistogramSample> histograms;        // the same

    // "" where there is no such label, as in Prometheus.
    std::string_view label(std::string_view name) const;
};

// Bounds the memory of what is decoded, whoever answers: about 60 MB.
struct PrometheusLimits {
    size_t series = 50'000;
    size_t labels = 400'000;     // of all series
    size_t samples = 1'000'000;  // buckets of native histograms included
};

// An answer of /api/v1/query, of any type that Prometheus has.
struct PrometheusAnswer {
    std::string type;  // as it names it: matrix, vector, scalar or string
    // Of a matrix or a vector. One of a vector has one sample, or none where it is a native histogram.
    std::vector<PrometheusSeries> series;
    std::optional<PrometheusSample> scalar;
    // That something may lack; the first of them, as forPeople() gives them. Remarks on the query are none.
    std::vector<std::string> warnings;
};

// Pure. Unauthorized or Forbidden where it did not accept our access, else Invalid, in the words of a person:
// Prometheus' own words for its refusal, no JSON, a sample that is no number, a limit. Of an answer that is
// not in Prometheus' form nothing is repeated but the status, whoever it came from.
Result<PrometheusAnswer> readPrometheusAnswer(int status, std::string_view body,
                                              const PrometheusLimits& limits);

// What stands in an answer, as it may go to people's terminals and to logs: short, without control
// characters.
std::string forPeople(std::string_view text);

// The series of an answer of /api/v1/query to a range selector. Pure. Fails as readPrometheusAnswer() does,
// and for another type of result. A warning is a refusal too: what it says is that series may lack, and those
// might be the failures.
Result<std::vector<PrometheusSeries>> decodePrometheus(int status, std::string_view body,
                                                       const PrometheusLimits& limits = {});

}  // namespace serin::signals
