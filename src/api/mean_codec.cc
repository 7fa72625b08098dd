#include <algorithm>

#include "api/spec_codec.h"
#include "base/text.h"

namespace serin::api {
namespace {

constexpr double kLargestChange = 10;
constexpr double kLargestLimit = 1e15;

void decodeCounters(const Field& mean, MeanCounters& out) {
    out.sum = mean.at("sum").text();
    out.count = mean.at("count").text();
    if (out.sum.empty()) {
        mean.at("sum").problem("is missing; state the series of the sum, such as order_value_sum");
    }
    if (out.count.empty()) {
        mean.at("count").problem("is missing; state the series of the count, such as order_value_count");
    }
    const std::string worse = mean.at("worse").text("Higher");
    out.lowerIsWorse = worse == "Lower";
    if (worse != "Lower" && worse != "Higher") {
        mean.at("worse").problem(cat("is \"", worse, "\"; state Higher or Lower"));
    }
}

// Above 0: sums never fall, so no mean lies below it.
void decodeMeanLimits(const Field& worse, NumberLimits& out) {
    const auto limit = [](const Field& field) -> std::optional<double> {
        const double value = field.number(0, 0, kLargestLimit, false);
        return value > 0 ? std::optional(value) : std::nullopt;
    };
    out = {limit(worse.at("min")), limit(worse.at("max"))};
    if (!out.min || !out.max || *out.min < *out.max) return;
    worse.at("min").problem(
        cat("is ", humanNumber(*out.min), ", not below max ", humanNumber(*out.max),
            ", so that hardly a mean would be good; state a smaller min or a larger max"));
}

// Limits of shares of requests.
void refuseOtherLimits(const Field& worse) {
    for (const char* form : {"quantile", "burnRate"}) {
        if (!worse.at(form).present()) continue;
        worse.at(form).problem(
            "limits shares of requests, but the metric is a mean; state worseThan.max or .min, in the mean's "
            "own unit");
    }
}

// Which one it is decides what is compared, and the limit after promotion.
void checkDirection(const Field& worse, const NumberLimits& limits) {
    if (worse.present() || !limits.min) return;
    worse.problem(
        "is not stated, and Higher, the default, hardly fits worseThan.min; state Lower, or Higher where "
        "that "
        "is meant");
}

}  // namespace

void decodeMean(const Field& entry, Metric& out) {
    out.kind = MetricKind::Mean;
    const Field mean = entry.at("mean");
    decodeCounters(mean, out.mean);
    const Field worse = entry.at("worseThan");
    decodeMeanLimits(worse, out.meanLimits);
    refuseOtherLimits(worse);
    checkDirection(mean.at("worse"), out.meanLimits);
    const bool compares = worse.at("stable").present() || !out.meanLimits.any();
    if (out.meanLimits.any()) out.max = kMostBadLooks;
    const double change =
        worse.at("stable").at("change").number(out.worseChange.value_or(0), 0, kLargestChange, true);
    out.worseChange = compares ? std::optional(change) : std::nullopt;
    const double least = compares ? change : 0;
    const Field safe = entry.at("safeWithin").at("change");
    out.safeChange = safe.number(std::max(out.safeChange, 2 * least), 0, 2 * kLargestChange, false);
    if (out.safeChange <= least) {
        safe.problem(cat("is ", humanNumber(out.safeChange), ", not above worseThan.stable.change ",
                         humanNumber(least),
                         ", so that what lies between would be harm and safe at once; state a larger one"));
    }
}

}  // namespace serin::api
