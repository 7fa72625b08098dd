#include "signals/query_answer.h"

#include <cmath>
#include <string>
#include <vector>

#include "base/shorten.h"
#include "base/text.h"

namespace serin::signals {
namespace {

constexpr size_t kLongestLabels = 120;

// {__name__="up",job="x"}, as Prometheus writes them.
std::string labelsOf(const PrometheusSeries& series) {
    std::vector<std::string> labels;
    for (const auto& [name, value] : series.labels) labels.push_back(cat(name, "=\"", value, "\""));
    return shortened(forPeople(cat("{", join(labels, ","), "}")), kLongestLabels);
}

Error otherType(const std::string& type) {
    if (type == "matrix") {
        return invalid(
            "it answered with a range (a matrix) instead of a number; put a function around it, such as "
            "rate()");
    }
    return invalid(cat("it answered with a \"", forPeople(type), "\" instead of a number"));
}

// The only sample of a vector.
Result<PrometheusSample> onlyOne(const std::vector<PrometheusSeries>& series) {
    if (series.empty()) {
        return invalid(
            "it answered with no series; is it asked for what exists, and are there two scrapes or more in "
            "each range?");
    }
    if (series.size() > 1) {
        return invalid(cat("it answered with ", series.size(), " series, such as ", labelsOf(series.front()),
                           "; aggregate them, such as with sum()"));
    }
    if (series.front().samples.size() != 1) {
        return invalid(
            "it answered with a native histogram instead of a number; take one of it, such as with "
            "histogram_quantile()");
    }
    return series.front().samples.front();
}

}  // namespace

Result<double> decodeNumber(int status, std::string_view body, Timestamp oldest,
                            const PrometheusLimits& limits) {
    const auto answer = readPrometheusAnswer(status, body, limits);
    if (!answer) return answer.error();
    if (!answer->warnings.empty()) {
        return invalid(cat("its answer may be incomplete: ", join(answer->warnings, "; ")));
    }
    if (answer->type != "vector" && answer->type != "scalar") return otherType(answer->type);
    if (answer->type == "scalar" && !answer->scalar) return invalid("it answered with a scalar that is none");
    const Result<PrometheusSample> sample = answer->scalar ? *answer->scalar : onlyOne(answer->series);
    if (!sample) return sample.error();
    if (sample->at < oldest) {
        return invalid(
            "it answered for a moment before the interval; does a cache stand between, or a clock lag?");
    }
    if (std::isnan(sample->value)) {
        return invalid("it answered NaN, as 0/0 is: was nothing counted in the range?");
    }
    if (std::isinf(sample->value)) {
        return invalid(cat("it answered ", sample->value > 0 ? "+Inf" : "-Inf",
                           ", as a division by 0 is: was nothing counted in the range?"));
    }
    return sample->value;
}

}  // namespace serin::signals
