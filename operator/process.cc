#include "process.h"

#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "api/enum_names.h"
#include "apply/applier.h"
#include "apply/event_recorder.h"
#include "apply/record_store.h"
#include "base/http_head.h"
#include "base/slewed_clock.h"
#include "base/text.h"
#include "cache/write_gate.h"
#include "kube/fence.h"
#include "kube/request.h"
#include "net/cluster_transport.h"
#include "net/fetcher.h"
#include "net/form_poster.h"
#include "net/plain_opening.h"
#include "net/tls_opening.h"
#include "net/web_exchange.h"
#include "runtime/access_reader.h"
#include "runtime/bodies.h"
#include "runtime/controller.h"
#include "runtime/elector.h"
#include "runtime/health.h"
#include "runtime/hooks.h"
#include "runtime/http_server.h"
#include "runtime/load_watch.h"
#include "runtime/metered_transport.h"
#include "runtime/metrics.h"
#include "runtime/metrics_guard.h"
#include "runtime/model_profile_reader.h"
#include "runtime/model_profiles.h"
#include "runtime/recording_shelf.h"
#include "runtime/recordings_page.h"
#include "runtime/reference_reader.h"
#include "runtime/registry_reporter.h"
#include "runtime/sampler.h"
#include "runtime/source_resolver.h"
#include "runtime/source_watch.h"
#include "runtime/startup.h"
#include "runtime/thread_name.h"
#include "runtime/watched_objects.h"
#include "runtime/work_queue.h"

namespace serin {
namespace {

std::string podName() {
    if (const char* name = std::getenv("POD_NAME"); name && *name) return name;
    char host[256] = {};
    ::gethostname(host, sizeof host - 1);
    return host;
}

kube::Random randomNumbers() {
    struct Source {
        std::mutex mutex;
        std::mt19937_64 engine{std::random_device{}()};
    };
    auto source = std::make_shared<Source>();
    return [source] {
        const std::lock_guard lock(source->mutex);
        return std::uniform_real_distribution<double>(0.0, 1.0)(source->engine);
    };
}

// Built from the ground up; destroyed in the opposite order, so that nobody is left with a dead reference.
class Operator {
  public:
    Operator(const runtime::Options& options, const kube::ClusterConfig& cluster, const Clock& clock,
             Logger& log, std::stop_source stop);

    int run();

  private:
    Result<void> connect();
    Result<void> listen();
    Result<void> serveMetrics();
    Result<void> serveHooks();
    HttpResponse answerMetrics(const HttpRequest& request);
    void build();
    void lead();
    bool awaitCaches();
    void shutDown();
    bool mayWrite() const { return !options_.leaderElect || fence_.open(clock_.sinceBoot()); }
    runtime::Controller::Parts controllerParts();
    runtime::RecordAccess recordAccess();
    runtime::WatchedObjects::Listeners listeners();
    kube::Election::Options electionOptions() const;
    runtime::StoreParts storeParts();
    runtime::SourceWatch::Parts sourceParts();
    runtime::ModelProfiles::Parts profileParts();
    runtime::RegistryReporter::Parts reportParts();
    void onFound(const std::string& key, const runtime::Examiner& examiner,
                 const runtime::Examiner::Finding& finding);
    std::string page();

    const runtime::Options& options_;
    const kube::ClusterConfig& cluster_;
    const Clock& machineClock_;  // for what others wrote: the times in credentials
    const SlewedClock clock_{machineClock_};
    Logger& log_;
    std::stop_source stop_;
    const std::string pod_ = podName();
    kube::RequestBuilder requests_{kube::userAgent(SERIN_VERSION, pod_)};
    kube::Random random_ = randomNumbers();
    runtime::Metrics metrics_;
    runtime::Health health_;
    runtime::RecordingShelf recordings_;
    kube::Fence fence_;
    std::atomic<bool> leads_{false};
    std::atomic<bool> lost_{false};
    std::unique_ptr<net::Transport> transport_;
    std::unique_ptr<net::Transport> leaseTransport_;
    std::unique_ptr<runtime::MeteredTransport> metered_;
    std::unique_ptr<runtime::MeteredTransport> meteredLease_;
    std::unique_ptr<net::Fetcher> fetcher_ = net::makeFetcher(log_);
    std::unique_ptr<net::FormPoster> poster_ = net::makeFormPoster(log_);
    runtime::WorkQueue queue_{clock_};
    cache::WriteGate gate_;
    std::unique_ptr<apply::EventRecorder> events_;
    std::unique_ptr<runtime::WatchedObjects> objects_;
    std::unique_ptr<signals::PrometheusReader> prometheus_;
    std::unique_ptr<signals::Scraper> scraper_;
    std::unique_ptr<runtime::Sampler> sampler_;
    std::unique_ptr<apply::Applier> applier_;
    std::unique_ptr<apply::RecordStore> records_;
    std::unique_ptr<runtime::SourceWatch> sources_;
    // Where there is something that loads models.
    std::unique_ptr<runtime::ModelProfiles> profiles_;
    std::unique_ptr<runtime::LoadWatch> loads_;
    std::unique_ptr<runtime::RegistryReporter> reports_;
    std::unique_ptr<runtime::Controller> controller_;
    std::mutex workersMutex_;
    std::vector<std::jthread> workers_;
    std::unique_ptr<runtime::Elector> elector_;
    std::unique_ptr<runtime::HttpServer> healthServer_;
    std::unique_ptr<runtime::MetricsGuard> metricsGuard_;
    std::unique_ptr<runtime::HttpServer> metricsServer_;
    std::unique_ptr<runtime::Hooks> hooks_;
    std::unique_ptr<runtime::HttpServer> hookServer_;
};

Operator::Operator(const runtime::Options& options, const kube::ClusterConfig& cluster, const Clock& clock,
                   Logger& log, std::stop_source stop)
    : options_(options), cluster_(cluster), machineClock_(clock), log_(log), stop_(std::move(stop)) {}

Result<void> Operator::connect() {
    auto transport = net::makeClusterTransport(cluster_, machineClock_, log_);
    if (!transport) return transport.error();
    auto lease = net::makeClusterTransport(cluster_, machineClock_, log_);
    if (!lease) return lease.error();
    transport_ = std::move(transport).value();
    leaseTransport_ = std::move(lease).value();
    const auto count = [this](const runtime::RequestKind& kind, int status) {
        metrics_.requested(kind.verb, kind.resource, status);
    };
    metered_ = std::make_unique<runtime::MeteredTransport>(*transport_, count);
    meteredLease_ = std::make_unique<runtime::MeteredTransport>(*leaseTransport_, count);
    return {};
}

Result<void> Operator::listen() {
    if (options_.healthPort != 0) {
        auto server = runtime::HttpServer::start(
            options_.healthPort, net::makePlainOpening(),
            [this](const HttpRequest& request) { return health_.answer(pathOf(request)); });
        if (!server) return server.error();
        healthServer_ = std::move(server).value();
    }
    if (options_.metricsPort != 0) {
        if (const Result<void> served = serveMetrics(); !served) return served;
    }
    return options_.webhookPort == 0 ? Result<void>() : serveHooks();
}

// From the beginning, so that a port that is taken is said at once; who does not lead yet says so.
Result<void> Operator::serveHooks() {
    if (const auto secret = runtime::readHookSecret(options_.webhookSecret); !secret) {
        return invalid(cat("--webhook-secret: ", secret.error().message));
    }
    std::unique_ptr<net::Opening> opening = net::makePlainOpening();
    if (!options_.webhookCertificate.empty()) {
        auto secure = net::makeTlsOpening({options_.webhookCertificate, options_.webhookKey}, log_);
        if (!secure) {
            return invalid(cat("--webhook-certificate and --webhook-key: ", secure.error().message));
        }
        opening = std::move(secure).value();
    }
    hooks_ = std::make_unique<runtime::Hooks>(runtime::Hooks::Parts{
        options_.webhookSecret, machineClock_, log_, [this] { return leads_.load() && mayWrite(); },
        [this](const std::string& key) { sources_->hint(key); }});
    auto server =
        runtime::HttpServer::start(options_.webhookPort, std::move(opening),
                                   [this](const HttpRequest& request) { return hooks_->answer(request); },
                                   {"POST", runtime::kMostHookBytes});
    if (!server) return server.error();
    hookServer_ = std::move(server).value();
    return {};
}

Result<void> Operator::serveMetrics() {
    std::unique_ptr<net::Opening> opening = net::makePlainOpening();
    if (options_.metricsAuthorization) {
        auto secure = net::makeTlsOpening({options_.metricsCertificate, options_.metricsKey}, log_);
        if (!secure) {
            return invalid(cat("--metrics-certificate and --metrics-key: ", secure.error().message));
        }
        opening = std::move(secure).value();
        metricsGuard_ =
            std::make_unique<runtime::MetricsGuard>(*metered_, requests_, clock_, log_, stop_.get_token());
    }
    auto server =
        runtime::HttpServer::start(options_.metricsPort, std::move(opening),
                                   [this](const HttpRequest& request) { return answerMetrics(request); });
    if (!server) return server.error();
    metricsServer_ = std::move(server).value();
    return {};
}

HttpResponse Operator::answerMetrics(const HttpRequest& request) {
    const std::string path = pathOf(request);
    const bool recording = runtime::asksForRecording(path);
    if (path != "/metrics" && !recording) return {404, {}, "only /metrics and /recordings/NAMESPACE/NAME\n"};
    if (metricsGuard_) {
        if (auto refusal = metricsGuard_->refusal(request)) return *std::move(refusal);
    }
    if (recording) return runtime::answerRecording(recordings_, path, SERIN_VERSION);
    return {200, {{"content-type", "text/plain; version=0.0.4; charset=utf-8"}}, page()};
}

std::string Operator::page() {
    metrics_.queue(queue_.depth());
    metrics_.leading(leads_.load());
    if (health_.ready()) {
        const auto lags = objects_->lags();
        for (const auto& [kind, size] : objects_->sizes()) metrics_.cached(kind, size, lags.at(kind));
    }
    return metrics_.text();
}

runtime::WatchedObjects::Listeners Operator::listeners() {
    runtime::WatchedObjects::Listeners out;
    out.changed = [this](const std::string& key) { queue_.add(key); };
    out.heard = [this](const char* kind) { metrics_.heard(kind); };
    out.malformed = [this](const kube::ObjectReference& about, const Error& error) {
        if (mayWrite()) events_->record({about, "Warning", "Decode", "Malformed", error.message, ""});
    };
    return out;
}

void Operator::onFound(const std::string& key, const runtime::Examiner& examiner,
                       const runtime::Examiner::Finding& finding) {
    if (finding.stratum) {
        const size_t slash = key.find('/');
        metrics_.counted(key.substr(0, slash), key.substr(slash + 1), *finding.stratum);
        if (const auto said = examiner.verdict()) metrics_.judged(api::nameOf(*said));
    }
    if (finding.news) queue_.add(key);
}

runtime::Controller::Parts Operator::controllerParts() {
    return {*objects_,
            queue_,
            gate_,
            *applier_,
            metrics_,
            clock_,
            log_,
            [this](kube::EventInput input) { events_->record(std::move(input)); },
            [this](const std::string& key, const std::shared_ptr<runtime::Examiner>& e) {
                sampler_->watch(key, e);
            },
            [this](const std::string& key) { sampler_->forget(key); },
            runtime::referenceReader(*metered_, requests_),
            runtime::accessReader(*metered_, requests_),
            options_.drainDelay,
            [this](const std::string& key) { return recordings_.open(key); },
            recordAccess(),
            sources_.get(),
            !options_.fetchImage.empty(),
            !options_.fetchGitImage.empty(),
            profiles_.get(),
            loads_.get(),
            reports_.get()};
}

runtime::RecordAccess Operator::recordAccess() {
    return {[this](const api::ModelDeployment& object, const std::stop_token& stop) {
                return records_->read(object, stop);
            },
            [this](const api::ModelDeployment& object, const runtime::RecordKeeper::Writing& writing,
                   const std::stop_token& stop) {
                return records_->write(object, writing.text, writing.known, stop);
            }};
}

runtime::StoreParts Operator::storeParts() {
    return {*metered_, requests_, clock_,
            [this](const std::string& authorities, const std::stop_token& stop) {
                return net::makeExchange(authorities, log_, stop);
            },
            [](api::StoreKind kind, const sources::Credentials& credentials, sources::Exchange& exchange) {
                return sources::makeStore(kind, credentials, exchange);
            }};
}

runtime::SourceWatch::Parts Operator::sourceParts() {
    return {runtime::sourceResolver(storeParts()), clock_, log_, random_,
            [this](const std::string& key) { queue_.add(key); }};
}

runtime::ModelProfiles::Parts Operator::profileParts() {
    return {runtime::modelProfileReader(storeParts()), clock_, log_, random_,
            [this](const std::string& key) { queue_.add(key); }};
}

runtime::RegistryReporter::Parts Operator::reportParts() {
    return {runtime::registryTeller({*metered_, requests_, clock_,
                                     [this](const std::string& authorities, const std::stop_token& stop) {
                                         return net::makeExchange(authorities, log_, stop);
                                     },
                                     [this] { return mayWrite(); }}),
            clock_,
            log_,
            random_,
            [this] { return mayWrite(); },
            [this](const std::string& key) { queue_.add(key); }};
}

void Operator::build() {
    const auto mayWrite = [this] { return this->mayWrite(); };
    kube::EventSeries::Options series;
    series.reportingInstance = pod_;
    events_ = std::make_unique<apply::EventRecorder>(kube::EventSeries(series, requests_), *metered_,
                                                     mayWrite, clock_, log_);
    const runtime::WatchedObjects::Means means{*metered_, requests_, clock_, log_};
    objects_ = std::make_unique<runtime::WatchedObjects>(options_.watchNamespaces, means, listeners());
    prometheus_ = std::make_unique<signals::PrometheusReader>(*poster_, clock_);
    scraper_ = std::make_unique<signals::Scraper>(*fetcher_, clock_, 32, prometheus_.get());
    sampler_ = std::make_unique<runtime::Sampler>(
        *scraper_, *objects_, clock_, random_,
        [this](const std::string& key, const runtime::Examiner& examiner,
               const runtime::Examiner::Finding& finding) { onFound(key, examiner, finding); });
    applier_ = std::make_unique<apply::Applier>(*metered_, requests_,
                                                runtime::bodies(options_.fetchImage, options_.fetchGitImage),
                                                mayWrite, clock_, log_);
    records_ = std::make_unique<apply::RecordStore>(*metered_, requests_, mayWrite);
    sources_ = std::make_unique<runtime::SourceWatch>(sourceParts());
    if (!options_.fetchImage.empty()) {
        profiles_ = std::make_unique<runtime::ModelProfiles>(profileParts());
        const auto changed = [this](const std::string& key) { queue_.add(key); };
        loads_ = std::make_unique<runtime::LoadWatch>(runtime::LoadWatch::Parts{*fetcher_, clock_, changed});
        reports_ = std::make_unique<runtime::RegistryReporter>(reportParts());
    }
    controller_ = std::make_unique<runtime::Controller>(controllerParts());
}

kube::Election::Options Operator::electionOptions() const {
    kube::Election::Options out;
    out.space = options_.space.empty() ? cluster_.space : options_.space;
    out.name = options_.leaseName;
    std::random_device device;
    out.identity = cat(pod_, '_', device(), device());
    return out;
}

// Standbys have everything but these.
void Operator::lead() {
    const std::lock_guard lock(workersMutex_);
    if (stop_.stop_requested()) return;
    leads_ = true;
    {
        const runtime::NamedWhile name("events");
        events_->start();
    }
    sampler_->start();
    sources_->start();
    if (profiles_) profiles_->start();
    if (loads_) loads_->start();
    if (reports_) reports_->start();
    for (const std::string& key : objects_->keys()) queue_.add(key);
    for (int i = 0; i < options_.workers; ++i) {
        workers_.emplace_back([this] { controller_->work(stop_.get_token()); });
    }
}

bool Operator::awaitCaches() {
    const std::stop_token stop = stop_.get_token();
    Duration sayAt = clock_.sinceBoot() + std::chrono::seconds(5);
    while (!stop.stop_requested() && !objects_->synced()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        if (clock_.sinceBoot() < sayAt) continue;
        log_.warning("waiting for the first lists", {{"missing", objects_->waitingFor()}});
        sayAt = clock_.sinceBoot() + std::chrono::seconds(5);
    }
    return !stop.stop_requested();
}

int Operator::run() {
    for (const Result<void>& step : {connect(), listen()}) {
        if (step) continue;
        log_.error(step.error().message);
        return 1;
    }
    if (!runtime::awaitCluster(*metered_, log_, stop_.get_token())) return stop_.stop_requested() ? 0 : 1;
    const kube::Election::Options election = electionOptions();
    if (const Result<void> checked = kube::Election::check(election); options_.leaderElect && !checked) {
        log_.error(checked.error().message);
        return 1;
    }
    build();
    {
        const runtime::NamedWhile name("reflector");
        objects_->start();
    }
    if (awaitCaches()) {
        log_.info("caches are complete");
        health_.setReady(true);
        if (options_.leaderElect) {
            elector_ = std::make_unique<runtime::Elector>(
                kube::Election(election, requests_, random_), fence_, *meteredLease_, clock_, log_,
                runtime::Elector::Listeners{[this] { lead(); },
                                            [this] {
                                                lost_ = true;
                                                stop_.request_stop();
                                            }});
            elector_->start();
        } else {
            lead();
        }
        const std::stop_token stop = stop_.get_token();
        std::mutex mutex;
        std::condition_variable_any wake;
        std::unique_lock lock(mutex);
        wake.wait(lock, stop, [] { return false; });
    }
    shutDown();
    return lost_ ? 1 : 0;
}

// Readiness first, then everybody who writes, to a registry too, then the Lease: nobody writes once it is
// given away. A stop ends requests to the API server, stores and registries at once; what is left to wait for
// is a pod that is asked how far it is with its model, and a name that the system resolves.
void Operator::shutDown() {
    log_.info("stopping");
    health_.setReady(false);
    {
        const std::lock_guard lock(workersMutex_);
        workers_.clear();
    }
    std::vector<std::jthread> readers;
    if (loads_) readers.emplace_back([this] { loads_->stop(); });
    if (sources_) readers.emplace_back([this] { sources_->stop(); });
    if (profiles_) readers.emplace_back([this] { profiles_->stop(); });
    events_->stop();
    // Who leads next tells what is left, and what was told does no harm twice.
    if (reports_) reports_->stop();
    if (elector_) elector_->stop();
    readers.clear();
    leads_ = false;
    hookServer_.reset();
    metricsServer_.reset();
    objects_->requestStop();
}

}  // namespace

int runOperator(const runtime::Options& options, const kube::ClusterConfig& cluster, const Clock& clock,
                Logger& log, std::stop_source stop) {
    Operator process(options, cluster, clock, log, std::move(stop));
    return process.run();
}

}  // namespace serin
