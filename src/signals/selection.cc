#include "signals/selection.h"

#include <algorithm>

#include "base/text.h"
#include "signals/fingerprint.h"

namespace serin::signals {

namespace {

Result<std::vector<Selector>> parseAll(const std::vector<std::string>& texts, std::string_view field) {
    std::vector<Selector> selectors;
    for (size_t i = 0; i < texts.size(); ++i) {
        auto selector = parseSelector(texts[i]);
        if (!selector) return invalid(cat(field, "[", i, "]: ", selector.error().message));
        selectors.push_back(std::move(*selector));
    }
    return selectors;
}

std::string joinTexts(const std::vector<Selector>& selectors) {
    std::vector<std::string> texts;
    texts.reserve(selectors.size());
    for (const Selector& selector : selectors) texts.push_back(selector.text());
    return join(texts, "\n");
}

Result<Source> errorSource(const api::ErrorCounters& errors, std::string_view metric) {
    Source source;
    auto total = parseAll(errors.total, "spec.runtime.errors.total");
    if (!total) return total.error();
    auto bad = parseAll(errors.bad, "spec.runtime.errors.bad");
    if (!bad) return bad.error();
    if (total->empty() || bad->empty()) {
        return invalid(cat("metric ", metric, " judges errors, but spec.runtime.errors.",
                           total->empty() ? "total" : "bad",
                           " names no series; state which series count requests"));
    }
    source.total = std::move(*total);
    source.bad = std::move(*bad);
    source.fingerprint = fingerprint(cat("errors\n", joinTexts(source.total), "\n\n", joinTexts(source.bad)));
    return source;
}

Result<Source> histogramSource(const api::Runtime& runtime, const api::Metric& metric, size_t index) {
    Source source;
    source.kind = SourceKind::Histogram;
    // Where a latency states no histogram, the runtime's is meant.
    const char* kind = metric.kind == api::MetricKind::Latency ? "latency" : "drift";
    std::string field = metric.histogram == runtime.latency
                            ? "spec.runtime.latency"
                            : cat("spec.analysis.metrics[", index, "].", kind, ".histogram");
    auto selector = parseSelector(metric.histogram);
    if (!selector) return invalid(cat(field, ": ", selector.error().message));
    for (const LabelMatcher& matcher : selector->matchers) {
        if (matcher.label() == "le")
            return invalid(cat(field, ": all buckets are read; leave out the label le"));
    }
    if (selector->name.ends_with("_bucket")) {
        return invalid(cat(field, ": name the histogram without _bucket (",
                           selector->name.substr(0, selector->name.size() - 7), ")"));
    }
    source.histogram = std::move(*selector);
    source.grid = metric.kind == api::MetricKind::Latency ? latencyGrid(metric.unitSeconds) : valueGrid();
    source.fingerprint = fingerprint(cat("histogram\n", source.histogram.text()));
    return source;
}

// A source of one selector for the whole and one for a part; `wholeField` and `partField` name them.
Result<Source> pairSource(SourceKind kind, const std::string& wholeText, const std::string& partText,
                          const std::string& wholeField, const std::string& partField,
                          std::string_view mark) {
    auto whole = parseSelector(wholeText);
    if (!whole) return invalid(cat(wholeField, ": ", whole.error().message));
    auto part = parseSelector(partText);
    if (!part) return invalid(cat(partField, ": ", part.error().message));
    Source source;
    source.kind = kind;
    source.total.push_back(std::move(*whole));
    source.bad.push_back(std::move(*part));
    source.fingerprint = fingerprint(cat(mark, "\n", joinTexts(source.total), "\n\n", joinTexts(source.bad)));
    return source;
}

Result<Source> shareSource(const api::ShareCounters& share, const std::string& field) {
    const bool good = !share.good.empty();
    return pairSource(good ? SourceKind::Complement : SourceKind::Requests, share.total,
                      good ? share.good : share.bad, field + "share.total",
                      field + (good ? "share.good" : "share.bad"), good ? "good" : "errors");
}

Result<Source> meanSource(const api::MeanCounters& mean, const std::string& field) {
    return pairSource(SourceKind::Mean, mean.count, mean.sum, field + "mean.count", field + "mean.sum",
                      "mean");
}

Result<Source> classesSource(const api::Metric& metric, const std::string& field) {
    auto counter = parseSelector(metric.histogram);
    if (!counter) return invalid(cat(field, "drift.counter: ", counter.error().message));
    Source source;
    source.kind = SourceKind::Classes;
    source.histogram = std::move(*counter);
    source.label = metric.byLabel;
    source.fingerprint = fingerprint(cat("classes\n", source.histogram.text(), "\n", source.label));
    return source;
}

Result<Source> sourceOf(const api::Runtime& runtime, const api::Metric& metric, size_t index) {
    if (metric.kind == api::MetricKind::ErrorRate) return errorSource(runtime.errors, metric.name);
    const std::string field = cat("spec.analysis.metrics[", index, "].");
    if (metric.kind == api::MetricKind::Share) return shareSource(metric.share, field);
    if (metric.kind == api::MetricKind::Mean) return meanSource(metric.mean, field);
    if (!metric.byLabel.empty()) return classesSource(metric, field);
    return histogramSource(runtime, metric, index);
}

void addOnce(const std::string& label, std::vector<std::string>& labels) {
    if (std::ranges::find(labels, label) == labels.end()) labels.push_back(label);
}

// Whether every selector asks for one value of the label.
bool isFixed(const std::string& label, const std::vector<Selector>& selectors) {
    return std::ranges::all_of(selectors, [&](const Selector& selector) {
        return std::ranges::any_of(selector.matchers, [&](const LabelMatcher& matcher) {
            return matcher.label() == label && matcher.op() == MatchOperator::Equal &&
                   !matcher.value().empty();
        });
    });
}

LabelRule labelRuleOf(const Source& source) {
    LabelRule rule;
    rule.wanted = true;
    rule.byDifference = source.kind == SourceKind::Complement;
    const bool ofHistogram = source.kind == SourceKind::Histogram;
    const std::vector<Selector> counted = ofHistogram ? std::vector{source.histogram} : source.bad;
    for (const Selector& selector : counted) {
        for (const LabelMatcher& matcher : selector.matchers) {
            const std::string& label = matcher.label();
            // What the good events have in common is no value that a bad one has.
            const bool fixed = isFixed(label, rule.byDifference ? source.total : counted);
            addOnce(label, fixed ? rule.fixed : rule.preferred);
        }
    }
    return rule;
}

bool tellsLabels(const api::Metric& metric) {
    return metric.kind == api::MetricKind::ErrorRate || metric.kind == api::MetricKind::Share ||
           metric.kind == api::MetricKind::Latency;
}

}  // namespace

Result<Selection> compileSelection(const api::Runtime& runtime, const std::vector<api::Metric>& metrics) {
    Selection selection;
    for (size_t i = 0; i < metrics.size(); ++i) {
        if (metrics[i].isQuery()) continue;  // of no pod
        auto source = sourceOf(runtime, metrics[i], i);
        if (!source) return source.error();
        auto same =
            std::find_if(selection.sources.begin(), selection.sources.end(),
                         [&](const Source& known) { return known.fingerprint == source->fingerprint; });
        size_t index = static_cast<size_t>(same - selection.sources.begin());
        // The drift of a histogram whose latency is judged too is judged at the edges of a time.
        const bool latency = metrics[i].kind == api::MetricKind::Latency;
        if (latency && same != selection.sources.end()) same->grid = source->grid;
        if (same == selection.sources.end()) selection.sources.push_back(std::move(*source));
        selection.metrics.push_back({metrics[i].name, index, metrics[i].unitSeconds});
        if (tellsLabels(metrics[i])) selection.sources[index].labels = labelRuleOf(selection.sources[index]);
    }
    return selection;
}

}  // namespace serin::signals
