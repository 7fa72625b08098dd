#include "runtime/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <sstream>
#include <vector>

namespace serin::runtime {
namespace {

using prometheus::Counter;
using prometheus::Gauge;
using Labels = prometheus::Labels;

// Seconds; a plan takes microseconds, a write milliseconds, a stuck API server its 40 s.
const prometheus::Histogram::BucketBoundaries kSeconds{0.0005, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                       0.5,    1,     2.5,   5,    10,    30,   60};

template <typename T>
using Built = prometheus::Family<T>&;

prometheus::Family<Counter>& counter(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}
prometheus::Family<Gauge>& gauge(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

// What is said of the first metric of a kind; the others are in status.
const api::MetricVerdict* firstOf(api::MetricKind kind, const api::Analysis& analysis,
                                  const api::Judgement* judgement) {
    const auto metric = std::ranges::find(analysis.metrics, kind, &api::Metric::kind);
    if (!judgement || metric == analysis.metrics.end()) return nullptr;
    const auto verdict = std::ranges::find(judgement->metrics, metric->name, &api::MetricVerdict::name);
    return verdict == judgement->metrics.end() ? nullptr : &*verdict;
}

}  // namespace

struct Metrics::Impl {
    prometheus::Registry registry;
    Built<Counter> reconciles =
        counter(registry, "serin_reconcile_total", "Plans carried out, by how they ended");
    prometheus::Histogram& duration = prometheus::BuildHistogram()
                                          .Name("serin_reconcile_duration_seconds")
                                          .Help("From taking a key to the end of its writes")
                                          .Register(registry)
                                          .Add({}, kSeconds);
    Gauge& depth =
        gauge(registry, "serin_workqueue_depth", "ModelDeployments that wait for a worker").Add({});
    Built<Counter> requests = counter(registry, "serin_api_requests_total", "Requests to the API server");
    Built<Counter> events =
        counter(registry, "serin_watch_events_total", "Objects that lists and watches brought");
    Built<Gauge> objects = gauge(registry, "serin_cache_objects", "Objects in the cache");
    Built<Gauge> lag = gauge(registry, "serin_cache_lag_seconds", "Since the API server was last heard of");
    Gauge& leader = gauge(registry, "serin_leader", "1 in the replica that acts").Add({});
    Counter& dropped =
        counter(registry, "serin_events_dropped_total", "Events that were not sent for being too many")
            .Add({});
    Built<Gauge> step =
        gauge(registry, "serin_rollout_step", "Index of the present step; -1 without a rollout");
    Built<Gauge> weight = gauge(registry, "serin_weight", "Observed share of ready endpoints, percent");
    Built<Gauge> evidence = gauge(registry, "serin_evidence", "Natural logarithm of the evidence of harm");
    Built<Gauge> errorRate = gauge(registry, "serin_error_rate", "Share of failed requests, as judged");
    Built<Gauge> slowShare =
        gauge(registry, "serin_slow_share", "Share of requests above the edge that status names, as judged");
    Built<Counter> served = counter(registry, "serin_requests_total", "Requests that were judged");
    Built<Counter> bad = counter(registry, "serin_failed_requests_total", "Judged requests that failed");
    Built<Counter> verdicts = counter(registry, "serin_verdicts_total", "Judgements, by verdict");
    Built<Counter> rollbacks = counter(registry, "serin_rollbacks_total", "Attempts taken back, by outcome");
    Built<Counter> promotions = counter(registry, "serin_promotions_total", "Attempts that were promoted");

    // What stands for one ModelDeployment, for its removal.
    struct Shown {
        std::vector<std::pair<prometheus::Family<Gauge>*, Gauge*>> gauges;
        std::vector<std::pair<prometheus::Family<Counter>*, Counter*>> counters;
    };
    std::mutex mutex;
    std::map<std::string, Shown> shown;

    template <typename T>
    T& own(std::vector<std::pair<prometheus::Family<T>*, T*>>& list, prometheus::Family<T>& family,
           const Labels& labels) {
        T& made = family.Add(labels);
        for (const auto& [known, metric] : list) {
            if (metric == &made) return made;
        }
        list.emplace_back(&family, &made);
        return made;
    }
    void count(const std::string& space, const std::string& name, const std::string& role,
               const std::vector<api::PodSample>& pods);
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::reconciled(const std::string& result, Duration took) {
    impl_->reconciles.Add({{"result", result}}).Increment();
    impl_->duration.Observe(static_cast<double>(took.count()) / 1000.0);
}

void Metrics::requested(const std::string& verb, const std::string& resource, int status) {
    impl_->requests.Add({{"verb", verb}, {"resource", resource}, {"code", std::to_string(status)}})
        .Increment();
}

void Metrics::heard(const std::string& kind) {
    impl_->events.Add({{"kind", kind}}).Increment();
}
void Metrics::queue(size_t depth) {
    impl_->depth.Set(static_cast<double>(depth));
}

void Metrics::cached(const std::string& kind, size_t objects, double lagSeconds) {
    impl_->objects.Add({{"kind", kind}}).Set(static_cast<double>(objects));
    impl_->lag.Add({{"kind", kind}}).Set(lagSeconds);
}

void Metrics::leading(bool yes) {
    impl_->leader.Set(yes ? 1 : 0);
}

void Metrics::eventsDropped(size_t sinceStart) {
    impl_->dropped.Increment(std::max(0.0, static_cast<double>(sinceStart) - impl_->dropped.Value()));
}

void Metrics::show(const api::ModelDeployment& object, const api::Status& status,
                   const api::Judgement* judgement) {
    const std::lock_guard lock(impl_->mutex);
    auto& gauges = impl_->shown[object.meta.ns + '/' + object.meta.name].gauges;
    const Labels labels{{"namespace", object.meta.ns}, {"name", object.meta.name}};
    const auto set = [&](prometheus::Family<Gauge>& family, const char* role, double value) {
        Labels all = labels;
        if (role) all.emplace("role", role);
        impl_->own(gauges, family, all).Set(value);
    };
    set(impl_->step, nullptr, status.rollout ? status.rollout->step : -1);
    set(impl_->weight, "stable", status.stable ? status.stable->weight : 0);
    set(impl_->weight, "canary", status.canary ? status.canary->weight : 0);
    set(impl_->evidence, nullptr, judgement ? judgement->evidence : 0);
    const auto setShares = [&](prometheus::Family<Gauge>& family, api::MetricKind kind) {
        const api::MetricVerdict* said = firstOf(kind, object.spec.analysis, judgement);
        set(family, "stable", said ? said->stable : 0);
        set(family, "canary", said ? said->canary : 0);
    };
    setShares(impl_->errorRate, api::MetricKind::ErrorRate);
    setShares(impl_->slowShare, api::MetricKind::Latency);
}

void Metrics::Impl::count(const std::string& space, const std::string& name, const std::string& role,
                          const std::vector<api::PodSample>& pods) {
    double total = 0;
    double failed = 0;
    for (const api::PodSample& pod : pods) {
        for (const auto& [metric, counts] : pod.counts) {
            if (!counts.buckets.empty()) continue;
            total += static_cast<double>(counts.total);
            failed += static_cast<double>(counts.bad);
            break;  // several metrics of errors count the same requests
        }
    }
    const Labels labels{{"namespace", space}, {"name", name}, {"role", role}};
    auto& counters = shown[space + '/' + name].counters;
    own(counters, served, labels).Increment(total);
    own(counters, bad, labels).Increment(failed);
}

void Metrics::counted(const std::string& space, const std::string& name, const api::Stratum& stratum) {
    const std::lock_guard lock(impl_->mutex);
    impl_->count(space, name, "stable", stratum.stable);
    impl_->count(space, name, "canary", stratum.canary);
}

void Metrics::judged(const std::string& verdict) {
    impl_->verdicts.Add({{"result", verdict}}).Increment();
}

void Metrics::ended(const std::string& outcome) {
    if (outcome == "Promoted") {
        impl_->promotions.Add({}).Increment();
    } else if (outcome == "RolledBack" || outcome == "Withdrawn" || outcome == "Aborted") {
        impl_->rollbacks.Add({{"reason", outcome}}).Increment();
    }
}

void Metrics::forget(const std::string& space, const std::string& name) {
    const std::lock_guard lock(impl_->mutex);
    const auto place = impl_->shown.find(space + '/' + name);
    if (place == impl_->shown.end()) return;
    for (const auto& [family, metric] : place->second.gauges) family->Remove(metric);
    for (const auto& [family, metric] : place->second.counters) family->Remove(metric);
    impl_->shown.erase(place);
}

std::string Metrics::text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, impl_->registry.Collect());
    return out.str();
}

}  // namespace serin::runtime
