#include <algorithm>

#include "api/query_template.h"
#include "api/spec_codec.h"
#include "base/text.h"

namespace serin::api {
namespace {

constexpr size_t kLongestQuery = 4096;
constexpr double kLargestLimit = 1e15;

// As the schema counts them: code points of UTF-8.
size_t charactersIn(const std::string& text) {
    const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
    return static_cast<size_t>(std::ranges::count_if(text, begins));
}

// Fields of other kinds, which would have no effect.
void refuseMargins(const Field& entry) {
    const Field stable = entry.at("worseThan").at("stable");
    if (stable.present()) {
        stable.problem(
            "is stated for a query, whose number is judged by itself; remove it, and to compare with "
            "stable's "
            "divide by that in the query, with {{stable}}");
    }
    const Field safe = entry.at("safeWithin");
    if (safe.present()) {
        safe.problem(
            "is stated for a query, which is safe when its number is proved to keep to worseThan.min and max "
            "in most looks; remove safeWithin");
    }
}

void decodeLimits(const Field& worse, PromQuery& out) {
    const auto limit = [](const Field& field) {
        return field.present() ? std::optional(field.number(0, -kLargestLimit, kLargestLimit, true))
                               : std::nullopt;
    };
    out.min = limit(worse.at("min"));
    out.max = limit(worse.at("max"));
    if (!out.min && !out.max) {
        worse.problem(
            "states neither min nor max, and a query has no default; state the least number that is good, "
            "the largest one, or both");
    } else if (out.min && out.max && *out.min > *out.max) {
        worse.at("min").problem(
            cat("is ", humanNumber(*out.min), ", above max ", humanNumber(*out.max),
                ", so that no number would be good; state a smaller min or a larger max"));
    }
}

void decodeSource(const Field& prometheus, bool fromPrometheus, PromQuery& out) {
    if (!prometheus.present()) {
        if (fromPrometheus) return;
        return prometheus.problem(
            "is missing, and analysis.from names no Prometheus; state its address, such as "
            "{address: http://prometheus.monitoring:9090}");
    }
    const Field scrapeInterval = prometheus.at("scrapeInterval");
    if (scrapeInterval.present()) {
        return scrapeInterval.problem(
            "is stated for a query, which is asked once in analysis.interval however often Prometheus "
            "scrapes; remove it");
    }
    out.source = decodePrometheus(prometheus);
}

// What is said of a version later than it is watched is never heard.
void checkDelay(const Field& field, Duration delay, const std::optional<Duration>& watchFor) {
    if (delay <= Duration{0} || !watchFor || delay < *watchFor) return;
    field.problem(cat("is ", formatDuration(delay), ", but the promoted version is watched for ",
                      formatDuration(*watchFor),
                      ", so that hardly a look would count; state a longer analysis.watchFor, or Forever"));
}

}  // namespace

void decodeQuery(const Field& entry, const QuerySurroundings& about, Metric& out) {
    out.kind = MetricKind::Query;
    out.max = kMostBadLooks;
    const Field query = entry.at("query");
    const Field promql = query.at("promql");
    out.query.promql = promql.text();
    if (trim(out.query.promql).empty()) {
        promql.problem(
            "is missing; state a query in PromQL that one number answers, such as "
            "sum(rate(orders_total{version=\"{{revision}}\"}[{{interval}}]))");
    } else if (const size_t length = charactersIn(out.query.promql); length > kLongestQuery) {
        promql.problem(cat("has ", length, " characters; use at most ", kLongestQuery,
                           ", and a recording rule for what is longer"));
    } else if (const std::string fault = queryTemplateFault(out.query.promql); !fault.empty()) {
        promql.problem(fault);
    }
    const Field delay = query.at("delay");
    out.query.delay = delay.duration(Duration{0}, std::chrono::seconds(1));
    checkDelay(delay, out.query.delay, about.watchFor);
    refuseMargins(entry);
    decodeLimits(entry.at("worseThan"), out.query);
    decodeSource(query.at("prometheus"), about.fromPrometheus, out.query);
}

void checkQueries(const Field& metrics, Analysis& out) {
    const auto queries = std::ranges::count_if(out.metrics, &Metric::isQuery);
    if (queries == 0) return;
    if (static_cast<size_t>(queries) > kMostQueries) {
        metrics.problem(cat("has ", queries, " queries; keep at most ", kMostQueries));
    }
    if (static_cast<size_t>(queries) == out.metrics.size()) {
        metrics.problem(
            "has only queries, but how many requests the canary answers, and whether it answers any, is "
            "counted on its pods; list a metric of theirs too, such as {name: errors, errorRate: {}}, with "
            "role: Observe where it is to decide nothing");
    }
    for (Metric& metric : out.metrics) {
        if (metric.isQuery() && !metric.query.source) metric.query.source = out.prometheus;
    }
}

}  // namespace serin::api
