#include <algorithm>
#include <set>

#include "api/histogram_unit.h"
#include "api/presets.h"
#include "api/spec_codec.h"
#include "base/text.h"

namespace serin::api {
namespace {

using std::chrono::seconds;

constexpr double kWorseOddsRatio = 1.2;
constexpr double kLargestRatio = 1000;
// Good upgrades move the shares of classes by 0.014 at most (docs/judging.md).
constexpr double kClassesPsi = 0.25;
// Rates and their differences end below 1, where odds are infinite.
constexpr double kLargestRate = 0.999999;
// Name of the judge's own metric about restarts, lost scrapes and not-ready time.
constexpr const char* kOwnMetric = "pods";
constexpr const char* kForEver = "Forever";

// What error rates, latencies and shares have in common.
void decodeMargins(const Field& entry, Metric& out) {
    const Field worse = entry.at("worseThan");
    const Field stable = worse.at("stable");
    const Field safe = entry.at("safeWithin");
    const bool limited = decodeLimit(entry, out);
    if (stable.present() || !limited) {
        out.worseOddsRatio = stable.at("oddsRatio").number(kWorseOddsRatio, 1, kLargestRatio, true);
    }
    out.worseDifference = stable.at("difference").number(out.worseDifference, 0, kLargestRate, true);
    out.safeOddsRatio = safe.at("oddsRatio").number(out.safeOddsRatio, 1, kLargestRatio, true);
    out.safeDifference = safe.at("difference").number(out.safeDifference, 0, kLargestRate, false);
}

void decodeLatency(const Field& entry, const Runtime& runtime, Metric& out) {
    out.kind = MetricKind::Latency;
    const Field histogram = entry.at("latency").at("histogram");
    out.histogram = histogram.text(runtime.latency);
    if (out.histogram.empty()) {
        histogram.problem(runtime.preset == kCustomPreset
                              ? "is missing, and with preset \"custom\" Serin cannot know which histogram "
                                "times requests; state "
                                "it here, or for all metrics as spec.runtime.latency"
                              : cat("is missing, and preset \"", runtime.preset,
                                    "\" has no histogram that times requests (", presetNote(runtime.preset),
                                    "); state one here, or remove this metric"));
    }
    out.unitSeconds = out.histogram == runtime.latency ? runtime.latencyUnit : secondsPerUnit(out.histogram);
    const Field slowerThan = entry.at("latency").at("slowerThan");
    if (slowerThan.present()) {
        const Duration edge = slowerThan.duration(seconds(1), std::chrono::milliseconds(1));
        out.slowerThan = std::chrono::duration<double>(edge).count();
    }
    decodeMargins(entry, out);
}

void decodeShare(const Field& entry, Metric& out) {
    out.kind = MetricKind::Share;
    const Field share = entry.at("share");
    out.share = {share.at("total").text(), share.at("bad").text(), share.at("good").text()};
    if (out.share.total.empty()) {
        share.at("total").problem(
            "is missing; state the series that count all events, such as predictions_total");
    }
    if (out.share.bad.empty() == out.share.good.empty()) {
        share.problem(
            "states both bad and good, or neither; state the series that count the one or the other");
    }
    decodeMargins(entry, out);
}

// Whether predictions that collapse decide: by default, for no better model's do.
bool decodeCollapse(const Field& collapse, bool ofInputs) {
    const std::string text = collapse.text("Guard");
    if (text != "Guard" && text != "Ignore") {
        collapse.problem(cat("is \"", text, "\"; state Guard or Ignore"));
    } else if (ofInputs && collapse.present()) {
        collapse.problem(
            "is stated for a drift of inputs, which say nothing of the model; remove it, or state of: "
            "predictions");
    }
    return text == "Guard" && !ofInputs;
}

void decodeDrift(const Field& entry, Metric& out) {
    out.kind = MetricKind::HistogramDrift;
    const Field drift = entry.at("drift");
    const Field histogram = drift.at("histogram");
    const Field counter = drift.at("counter");
    out.byLabel = drift.at("by").text();
    out.histogram = counter.present() ? counter.text() : histogram.text();
    if (histogram.present() && counter.present()) {
        counter.problem("is stated beside histogram; make a metric of each");
    } else if (out.histogram.empty()) {
        histogram.problem(
            "is missing; state the name of a histogram on /metrics, without _bucket, or counter and by");
    }
    if (counter.present() && out.byLabel.empty()) {
        drift.at("by").problem("is missing; state the counter's label whose values are the classes");
    }
    if (!counter.present() && !out.byLabel.empty()) {
        drift.at("by").problem("is stated without counter, whose classes it tells apart; state counter");
    }
    out.inputs = drift.at("of").text("predictions") == "inputs";
    const Field psi = entry.at("worseThan").at("stable").at("psi");
    out.collapse = decodeCollapse(drift.at("collapse"), out.inputs);
    // Of classes, whose shares hardly move when a model gets better; of a histogram there is no such number.
    if (out.collapse && !out.byLabel.empty()) out.psi = kClassesPsi;
    if (!psi.present()) return;
    if (out.inputs) {
        psi.problem(
            "limits a drift of inputs, which is reported and never decides while the split is made of pod "
            "counts; remove worseThan, or state of: predictions");
        return;
    }
    out.psi = psi.number(1, 0, 100, false);
}

// A drift is a Guard by its threshold or for a collapse, everything else by default.
void decodeRole(const Field& entry, Metric& out) {
    const Field role = entry.at("role");
    const std::string text = role.text();
    if (text == "Guard" && !out.guard()) {
        role.problem(
            "is Guard, but nothing of this drift decides; remove drift.collapse or state "
            "worseThan.stable.psi of predictions, or remove role");
    } else if (text == "Observe") {
        out.observeOnly = true;
        if (out.isDrift() && entry.at("drift").at("collapse").text() == "Guard") {
            entry.at("drift")
                .at("collapse")
                .problem("is Guard, but with role Observe nothing of the metric decides; remove one of them");
        }
    } else if (role.present() && text != "Guard") {
        role.problem(cat("is \"", text, "\"; state Guard or Observe"));
    }
    if (!out.guard() && entry.at("weight").present()) {
        entry.at("weight").problem(
            "is stated for a metric that only observes, and so has no share in the decision; remove weight");
    }
}

void decodeMetricReference(const Field& entry, Metric& out) {
    const Field reference = entry.at("reference");
    if (!reference.present()) return;
    if (!out.isDrift()) {
        return reference.problem(
            "is stated for a metric that is no drift, and a profile counts values; make it a drift metric, "
            "or "
            "remove reference");
    }
    out.referenceFeature = reference.at("feature").text(out.name);
    if (out.referenceFeature.empty()) {
        reference.at("feature").problem("is empty; state the feature's name in the profile");
        out.referenceFeature = out.name;
    }
    out.referencePsi = reference.at("psi").number(out.referencePsi, 0, 100, false);
}

// What a metric depends on beside its entry.
struct Surroundings {
    const Runtime& runtime;
    QuerySurroundings queries;
};

void decodeKind(const std::string& kind, const Field& entry, const Surroundings& about, Metric& out) {
    if (kind == "query") return decodeQuery(entry, about.queries, out);
    if (kind == "latency") return decodeLatency(entry, about.runtime, out);
    if (kind == "share") return decodeShare(entry, out);
    if (kind == "mean") return decodeMean(entry, out);
    if (kind == "drift") return decodeDrift(entry, out);
    decodeMargins(entry, out);
}

Metric decodeMetric(const Field& entry, const Surroundings& about) {
    Metric out;
    out.name = entry.at("name").text();
    if (out.name.empty()) entry.at("name").problem("is missing; state a name");
    if (out.name == kOwnMetric) {
        entry.at("name").problem(
            "is \"pods\", which is the name of restarts, lost scrapes and not-ready time; "
            "choose another");
    }
    out.weight = entry.at("weight").number(out.weight, 0, 1000, false);
    std::vector<std::string> kinds;
    for (const char* kind : {"errorRate", "latency", "share", "mean", "drift", "query"}) {
        if (entry.at(kind).present()) kinds.emplace_back(kind);
    }
    if (kinds.size() != 1) {
        entry.problem(kinds.empty() ? "states no kind; state errorRate: {}, latency: {}, share or mean with "
                                      "counters, drift with a histogram or query with promql"
                                    : "states more than one of errorRate, latency, share, mean, drift and "
                                      "query; make a metric of each");
        kinds = {"errorRate"};
    }
    decodeKind(kinds.front(), entry, about, out);
    decodeRole(entry, out);
    decodeMetricReference(entry, out);
    return out;
}

std::vector<Metric> decodeMetrics(const Field& metrics, const Surroundings& about) {
    if (!metrics.present()) {
        Metric errors;
        errors.name = "errors";
        errors.worseOddsRatio = kWorseOddsRatio;
        return {errors};
    }
    std::vector<Metric> out;
    std::set<std::string> names;
    for (const Field& entry : metrics.elements()) {
        Metric metric = decodeMetric(entry, about);
        if (!names.insert(metric.name).second) {
            entry.at("name").problem(
                cat("is \"", metric.name, "\" a second time; give every metric a name of its own"));
            continue;
        }
        out.push_back(std::move(metric));
    }
    return out;
}

std::optional<Duration> decodeWatchFor(const Field& field, std::optional<Duration> fallback) {
    const std::string text = field.text();
    if (text == kForEver) return std::nullopt;
    if (!text.empty() && !parseDuration(text)) {
        field.problem(cat("is \"", text, "\"; state Forever, or a duration such as 24h, or 0s for none"));
        return fallback;
    }
    return field.duration(*fallback, seconds(0));
}

OnInconclusive decodeOnInconclusive(const Field& field) {
    const std::string text = field.text("Pause");
    if (text == "Extend") return OnInconclusive::Extend;
    if (text == "Rollback") return OnInconclusive::Rollback;
    if (text == "Promote") return OnInconclusive::Promote;
    if (text != "Pause") {
        field.problem(cat("is \"", text, "\"; state Pause, Extend, Rollback or Promote"));
    }
    return OnInconclusive::Pause;
}

}  // namespace

Analysis decodeAnalysis(const Field& spec, const Runtime& runtime) {
    const Field analysis = spec.at("analysis");
    Analysis out;
    out.interval = analysis.at("interval").duration(out.interval, seconds(1));
    out.warmUp = analysis.at("warmUp").duration(out.warmUp, seconds(0));
    out.deadline = analysis.at("deadline").duration(out.deadline, seconds(5));
    out.onInconclusive = decodeOnInconclusive(analysis.at("onInconclusive"));
    out.holdAtMost = analysis.at("holdAtMost").duration(out.holdAtMost, seconds(5));
    out.minRequests = analysis.at("minRequests").integer(out.minRequests, 0, 1'000'000'000);
    out.falseAlarm = analysis.at("falseAlarm").number(out.falseAlarm, 0, 0.5, false);
    out.missedHarm = analysis.at("missedHarm").number(out.missedHarm, 0, 0.5, false);
    out.watchFor = decodeWatchFor(analysis.at("watchFor"), out.watchFor);
    out.dryRun = analysis.at("dryRun").flag(false);
    const bool fromPrometheus = analysis.at("from").at("prometheus").present();
    out.metrics = decodeMetrics(analysis.at("metrics"), {runtime, {fromPrometheus, out.watchFor}});
    decodeReference(analysis, out);
    decodeFrom(analysis, out);
    checkQueries(analysis.at("metrics"), out);
    return out;
}

}  // namespace serin::api
