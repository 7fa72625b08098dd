#include <vector>

#include "api/spec_codec.h"
#include "base/text.h"

namespace serin::api {
namespace {

// A share ends below 1, where odds are infinite.
constexpr double kLargestShare = 0.999999;
constexpr double kLargestObjective = 99.9999;  // percent
constexpr double kLargestBurnRate = 1e6;       // times the budget; of the smallest one that is everything

bool slowIsUnknown(const Metric& metric) {
    return metric.kind == MetricKind::Latency && !metric.slowerThan;
}

void decodeMax(const Field& max, Metric& out) {
    if (out.kind == MetricKind::Latency && max.value().is_string()) {
        return max.problem(
            cat("is \"", max.value().get<std::string>(),
                "\", but max is a share of requests, such as 0.01; to limit how long they take state "
                "worseThan.quantile with a level and this max"));
    }
    if (slowIsUnknown(out)) {
        return max.problem(
            "limits the share of requests that take longer than a time, which is not stated; state "
            "latency.slowerThan, an edge of the histogram such as 500ms, or worseThan.quantile or .stable");
    }
    if (const double limit = max.number(0, 0, kLargestShare, false); limit > 0) out.max = limit;
}

// At least so many are good: the others are at most the rest.
void decodeMin(const Field& min, Metric& out) {
    if (out.share.good.empty()) {
        return min.problem(
            "limits the share of good events, but share.good is not stated; state share.good, or "
            "worseThan.max, the largest share of bad ones");
    }
    const double least = min.number(0, 0, kLargestShare, false);
    if (least <= 0) return;
    out.max = 1 - least;
    out.limitForm.min = least;
}

// The level is a share of the requests: what is not among them may take longer than max.
void decodeQuantile(const Field& quantile, const Field& slowerThan, Metric& out) {
    if (out.kind != MetricKind::Latency) {
        return quantile.problem(
            "limits how long requests take, but the metric is no latency; make it latency: {}, or state "
            "worseThan.max");
    }
    if (slowerThan.present()) {
        return slowerThan.problem(
            "is stated beside worseThan.quantile, whose max says which requests are slow; remove it, or "
            "state "
            "worseThan.max instead of the quantile");
    }
    const Field level = quantile.at("level");
    const Field max = quantile.at("max");
    if (!level.present()) level.problem("is missing; state the quantile, such as 0.99");
    if (!max.present()) max.problem("is missing; state an edge of the histogram, such as 500ms");
    const double below = level.number(0, 0, kLargestShare, false);
    const Duration longest = max.duration(Duration{0}, Duration{1});
    if (below <= 0 || longest <= Duration{0}) return;
    out.slowerThan = std::chrono::duration<double>(longest).count();
    out.max = 1 - below;
    out.limitForm.quantile = below;
}

// Beyer et al., The Site Reliability Workbook, chapter 5: a burn rate is the error rate over the error
// budget, 1 - objective. Its alerts look at several windows at once, so as to be both quick and sure; a
// sequential test is that without windows.
void decodeBurnRate(const Field& field, Metric& out) {
    if (slowIsUnknown(out)) {
        return field.problem(
            "counts the requests that take longer than a time, which is not stated; state "
            "latency.slowerThan, an edge of the histogram such as 500ms");
    }
    const Field objective = field.at("objective");
    const Field max = field.at("max");
    if (!objective.present()) objective.problem("is missing; state percent of good requests, such as 99.9");
    if (!max.present()) max.problem("is missing; state how many times the error budget, such as 14.4");
    const BurnRate rate{objective.number(0, 0, kLargestObjective, false),
                        max.number(0, 0, kLargestBurnRate, false)};
    if (rate.objective <= 0 || rate.max <= 0) return;
    const double limit = rate.budget() * rate.max;
    if (limit > kLargestShare) {
        return field.problem(cat(
            "allows ", humanNumber(rate.max), " times an error budget of ", humanNumber(100 * rate.budget()),
            " %, which no error rate can pass; state a smaller max, or another objective"));
    }
    out.max = limit;
    out.limitForm.burnRate = rate;
}

}  // namespace

bool decodeLimit(const Field& entry, Metric& out) {
    const Field worse = entry.at("worseThan");
    std::vector<std::string> stated;
    for (const char* form : {"max", "min", "quantile", "burnRate"}) {
        if (worse.at(form).present()) stated.emplace_back(form);
    }
    if (stated.empty()) return false;
    if (stated.size() > 1) {
        worse.problem(cat("states ", join(stated, " and "),
                          ", which limit the same; keep one of them, or make a metric of each"));
    } else if (stated.front() == "max") {
        decodeMax(worse.at("max"), out);
    } else if (stated.front() == "min") {
        decodeMin(worse.at("min"), out);
    } else if (stated.front() == "quantile") {
        decodeQuantile(worse.at("quantile"), entry.at("latency").at("slowerThan"), out);
    } else {
        decodeBurnRate(worse.at("burnRate"), out);
    }
    return true;
}

}  // namespace serin::api
