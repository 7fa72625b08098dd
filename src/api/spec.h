#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/model_source.h"
#include "base/time.h"

namespace serin::api {

struct Model {
    std::string name;  // the name the inference server serves it under
    // A label for people; of a source that was resolved and without a written one, the resolved version.
    std::string version;
};

// A key of a ConfigMap of the ModelDeployment's namespace.
struct ConfigMapKey {
    std::string configMap;
    std::string key;

    bool operator==(const ConfigMapKey&) const = default;
};

// Who Serin says it is to a server, and whom it takes for that server: names of objects of the
// ModelDeployment's namespace. What they hold is read by runtime and is in no value of this layer.
struct AccessSource {
    std::string secret;              // with the key token, or username and password; empty: no credentials
    std::optional<ConfigMapKey> ca;  // certificates of authorities in PEM; absent: the system's authorities
    std::string serverName;          // the name that the certificate is checked for; empty: the address's

    // Whether an object has to be read before the server can be asked.
    bool needsReading() const { return !secret.empty() || ca.has_value(); }
    bool operator==(const AccessSource&) const = default;
};

// The ports of the serving container; 0 where there is none.
struct RuntimePorts {
    int http = 0;
    int grpc = 0;
    int metrics = 0;
};

// Series selectors in Prometheus' notation: `name{label="value",other=~"regex"}`. A list is summed.
struct ErrorCounters {
    std::vector<std::string> total;  // all judged requests
    std::vector<std::string> bad;    // those of them that failed
};

// How the inference server is reached and read, the preset's defaults filled in.
struct Runtime {
    std::string preset;     // "custom", or one of presetNames()
    std::string container;  // the serving container; never empty once decoded from a valid spec
    RuntimePorts ports;
    std::string metricsPath;
    bool metricsHttps = false;  // the metrics are served over TLS
    std::string readyPath;      // asks for the model, not the server
    ErrorCounters errors;
    std::string latency;  // a histogram of how long requests took, without _bucket; empty where none is known
    double latencyUnit = 1;  // seconds of the unit of its edges
};

struct ServicePort {
    std::string name;
    int port = 0;        // what clients use
    int targetPort = 0;  // a port number of the serving container
};

// One step: a weight held for a while, or a wait for a person.
struct Step {
    int weight = 0;  // 1..50, percent; 0 for an approval
    Duration hold{0};
    bool approval = false;

    bool operator==(const Step&) const = default;
};

struct Rollout {
    std::vector<Step> steps;
    Duration soak{0};
    Duration progressDeadline{0};
};

enum class OnInconclusive { Pause, Extend, Rollback, Promote };
// What a drift of the world (DataDrift) does beside being told.
enum class OnDataDrift { Notify, Pause };
enum class MetricKind { ErrorRate, HistogramDrift, Latency, Share, Mean, Query };

// Series selectors of a Share: all events, and either the bad or the good ones of them.
struct ShareCounters {
    std::string total;
    std::string bad;
    std::string good;

    bool operator==(const ShareCounters&) const = default;
};

// Series selectors of a Mean: the sum of what was observed and how often it was. Both only rise.
struct MeanCounters {
    std::string sum;
    std::string count;
    bool lowerIsWorse = false;

    bool operator==(const MeanCounters&) const = default;
};

// Between which a number is good, itself included, in its own unit.
struct NumberLimits {
    std::optional<double> min;
    std::optional<double> max;

    bool any() const { return min || max; }
    // A NaN keeps to none.
    bool keptBy(double value) const { return (!min || value >= *min) && (!max || value <= *max); }
    bool operator==(const NumberLimits&) const = default;
};

// A Prometheus server that scrapes the pods; it is asked for their numbers instead of them,
// or for the answer to a query.
struct PrometheusSource {
    std::string address;  // http(s)://host[:port][/prefix], no slash at the end
    Duration scrapeInterval{std::chrono::seconds(15)};
    // Between two questions to the pods for their model: the interval as it was stated.
    Duration askInterval{std::chrono::seconds(10)};
    AccessSource access{};

    bool operator==(const PrometheusSource&) const = default;
};

// Of a Query: a question in PromQL that one number answers, which is bad beyond either limit. One of them is
// there, or both.
struct PromQuery {
    std::string promql;                      // with the words of api/query_template.h
    std::optional<double> min;               // in the number's own unit
    std::optional<double> max;               // the same
    std::optional<PrometheusSource> source;  // who is asked; there in a spec without problems
    // What it says of requests comes so much later: a look counts once the version has answered requests for
    // that and an interval. Above 0 no promotion waits for it.
    Duration delay{0};

    NumberLimits limits() const { return {min, max}; }
    bool operator==(const PromQuery&) const = default;
};

// The share of the looks at a Query, or of the blocks of a Mean, that may be bad. Beyond it the number is on
// the wrong side of its limit more often than on the right one.
inline constexpr double kMostBadLooks = 0.5;

// A limit of a service level objective: of its error budget, 1 - objective, so many times as much may be used
// up as lasts until the period's end.
struct BurnRate {
    double objective = 0;  // percent of the requests that are to be good
    double max = 0;        // times the budget

    // The share of requests that may be bad.
    double budget() const { return (100 - objective) / 100; }
    bool operator==(const BurnRate&) const = default;
};

// How a person wrote Metric::max where it was not as a share of bad requests: the same limit in other words,
// for messages. At most one is present.
struct LimitForm {
    std::optional<double> min;       // Share: the smallest share of good events
    std::optional<double> quantile;  // Latency: this quantile, 0..1, takes Metric::slowerThan at most
    std::optional<BurnRate> burnRate;

    bool operator==(const LimitForm&) const = default;
};

// One judged quantity, defaults filled in (statistics: see src/judge).
struct Metric {
    std::string name;
    MetricKind kind = MetricKind::ErrorRate;
    double weight = 1;
    // ErrorRate, Latency and Share against the stable version; absent when only a limit is asked for.
    std::optional<double> worseOddsRatio;
    double worseDifference = 0.001;
    double safeOddsRatio = 1.5;
    double safeDifference = 0.01;
    // Absolute limit of the share of bad requests, 0..1; Query: of bad looks; Mean with limits: of bad
    // blocks.
    std::optional<double> max;
    LimitForm limitForm;  // how that was written
    // HistogramDrift and Latency: name of a histogram on /metrics, without _bucket, optionally with {labels};
    // of a drift of classes the counter.
    std::string histogram;
    std::string
        byLabel;  // HistogramDrift: the counter's label whose values are the classes; empty of a histogram
    ShareCounters share;      // Share
    MeanCounters mean;        // Mean
    NumberLimits meanLimits;  // Mean: between which the mean of a block is good, if any
    // Mean: relative to stable's; harm is to be worse by more. Absent when only limits are asked for.
    std::optional<double> worseChange = 0.05;
    // Mean: relative to stable's; safe is to be worse by less. The margin of the limit after promotion, too.
    double safeChange = 0.1;
    PromQuery query;                   // Query
    double unitSeconds = 1;            // Latency: seconds of the unit of the histogram's edges
    std::optional<double> slowerThan;  // Latency: seconds; the one edge that is judged, instead of all
    std::optional<double> psi;  // HistogramDrift: threshold of the index; without it that is only shown
    bool collapse = false;      // HistogramDrift: judged for one class or bucket that takes all, and for NaN
    bool observeOnly = false;   // role Observe: judged and shown, never decides
    // HistogramDrift: the feature of the reference profile with which the serving version is compared; empty
    // without. The threshold of that comparison says when the world has moved; it is no part of the verdict.
    std::string referenceFeature;
    double referencePsi = 0.25;
    bool inputs = false;  // HistogramDrift: of what comes in, not of what the version says of it

    // Judged by a share of the requests, those that failed or that took longer than some time, or of other
    // events, such as the looks at a Query.
    bool isRate() const { return kind != MetricKind::HistogramDrift && kind != MetricKind::Mean; }
    bool isDrift() const { return kind == MetricKind::HistogramDrift; }
    bool isQuery() const { return kind == MetricKind::Query; }
    bool isMean() const { return kind == MetricKind::Mean; }
    bool hasReference() const { return !referenceFeature.empty(); }
    // A Guard decides; an observer is only shown.
    bool guard() const { return !observeOnly && (!isDrift() || psi.has_value() || collapse); }
    // Whether a promotion waits for the proof that the version is not worse by it.
    bool awaited() const { return guard() && !isDelayed(); }
    // Says of a version only later how it does.
    bool isDelayed() const { return isQuery() && query.delay > Duration{0}; }
    bool operator==(const Metric&) const = default;
};

struct Analysis {
    // Between two looks, in effect: from Prometheus at least eight scrapes.
    Duration interval{std::chrono::seconds(10)};
    std::optional<PrometheusSource> prometheus;  // absent: the pods' own pages are read
    Duration warmUp{std::chrono::seconds(30)};
    Duration deadline{std::chrono::minutes(30)};
    OnInconclusive onInconclusive = OnInconclusive::Pause;
    Duration holdAtMost{std::chrono::minutes(10)};
    int64_t minRequests = 100;
    double falseAlarm = 0.01;
    double missedHarm = 0.05;
    // How long the promoted version is watched after the soak; 0: not at all. Absent: for ever.
    std::optional<Duration> watchFor{std::chrono::hours(24)};
    bool dryRun = false;  // judged, shown and told of, but nothing is decided by it
    // What metrics with a reference are compared with: a profile in a ConfigMap, one among the files of the
    // model that serves, or what the version that serves saw and said itself in the hours that are no longer
    // ago. One of them is present exactly when a metric has a reference.
    std::optional<ConfigMapKey> reference;
    std::string referenceFile;  // path of the profile within the model's files; empty: none
    std::optional<Duration> recordOver;
    OnDataDrift onDataDrift = OnDataDrift::Notify;
    std::vector<Metric> metrics;  // empty: steps end by time alone

    // Whether what the judge says decides anything; otherwise steps end by time alone.
    bool decides() const { return !dryRun && !metrics.empty(); }
    bool hasReference() const {
        return reference.has_value() || !referenceFile.empty() || recordOver.has_value();
    }
};

// What a person wrote, with defaults filled in. `templateJson` stays exactly what was written (canonical
// JSON).
struct Spec {
    int replicas = 1;
    bool paused = false;
    Model model;
    std::optional<ModelSource> source;  // where the pods load the model from; absent: it is in their image
    Runtime runtime;
    AccessSource metricsAccess;  // to the metrics of all versions that serve them over TLS
    std::string templateJson;    // {"metadata":{…},"spec":{…}}
    std::vector<ServicePort> ports;
    Rollout rollout;
    Analysis analysis;
    int history = 10;

    std::string revision;  // shortDigest of what is hashed: see revisionOf; empty while `unresolved`
    // Immutable id of the model: what its source means, else the serving container's image.
    std::string modelId;
    std::string written;  // with a source: the revision but for the id, which tells what is asked for
    // With a source: nobody knows yet which model that is, so that nothing of it can be started.
    bool unresolved = false;
    // Why the spec cannot be accepted, in words that name the field, the value and the way out; empty when it
    // can.
    std::vector<std::string> problems;

    // Whether `revision` names a version that can be carried out.
    bool usable() const { return problems.empty() && !unresolved; }
};

}  // namespace serin::api
