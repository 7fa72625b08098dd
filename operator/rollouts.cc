#include "rollouts.h"

#include <utility>

#include "api/enum_names.h"
#include "net/fetcher.h"
#include "net/form_poster.h"
#include "net/web_exchange.h"
#include "runtime/access_reader.h"
#include "runtime/bodies.h"
#include "runtime/model_profile_reader.h"
#include "runtime/reference_reader.h"
#include "runtime/source_resolver.h"
#include "runtime/thread_name.h"

namespace serin {

Rollouts::Rollouts(Means means, const std::string& pod)
    : means_(std::move(means)),
      fetcher_(net::makeFetcher(means_.log)),
      poster_(net::makeFormPoster(means_.log)) {
    kube::EventSeries::Options series;
    series.reportingInstance = pod;
    events_ =
        std::make_unique<apply::EventRecorder>(kube::EventSeries(series, means_.requests), means_.transport,
                                               means_.mayWrite, means_.clock, means_.log);
    const runtime::WatchedObjects::Means watching{means_.transport, means_.requests, means_.clock,
                                                  means_.log};
    objects_ =
        std::make_unique<runtime::WatchedObjects>(means_.options.watchNamespaces, watching, listeners());
    makeReaders();
    applier_ = std::make_unique<apply::Applier>(
        means_.transport, means_.requests,
        runtime::bodies(means_.options.fetchImage, means_.options.fetchGitImage), means_.mayWrite,
        means_.clock, means_.log);
    records_ = std::make_unique<apply::RecordStore>(means_.transport, means_.requests, means_.mayWrite);
    if (!means_.options.fetchImage.empty()) {
        reports_ = std::make_unique<runtime::RegistryReporter>(reportParts());
    }
    controller_ = std::make_unique<runtime::Controller>(controllerParts());
}

void Rollouts::makeReaders() {
    prometheus_ = std::make_unique<signals::PrometheusReader>(*poster_, means_.clock);
    scraper_ = std::make_unique<signals::Scraper>(*fetcher_, means_.clock, 32, prometheus_.get());
    sampler_ = std::make_unique<runtime::Sampler>(
        *scraper_, *objects_, means_.clock, means_.random,
        [this](const std::string& key, const runtime::Examiner& examiner,
               const runtime::Examiner::Finding& finding) { onFound(key, examiner, finding); });
    sources_ = std::make_unique<runtime::SourceWatch>(sourceParts());
    if (means_.options.fetchImage.empty()) return;
    profiles_ = std::make_unique<runtime::ModelProfiles>(profileParts());
    const auto changed = [this](const std::string& key) { queue_.add(key); };
    loads_ =
        std::make_unique<runtime::LoadWatch>(runtime::LoadWatch::Parts{*fetcher_, means_.clock, changed});
}

runtime::WatchedObjects::Listeners Rollouts::listeners() {
    runtime::WatchedObjects::Listeners out;
    out.changed = [this](const std::string& key) { queue_.add(key); };
    out.heard = [this](const char* kind) { means_.metrics.heard(kind); };
    out.malformed = [this](const kube::ObjectReference& about, const Error& error) {
        if (means_.mayWrite()) events_->record({about, "Warning", "Decode", "Malformed", error.message, ""});
    };
    return out;
}

void Rollouts::onFound(const std::string& key, const runtime::Examiner& examiner,
                       const runtime::Examiner::Finding& finding) {
    if (finding.stratum) {
        const size_t slash = key.find('/');
        means_.metrics.counted(key.substr(0, slash), key.substr(slash + 1), *finding.stratum);
        if (const auto said = examiner.verdict()) means_.metrics.judged(api::nameOf(*said));
    }
    if (finding.news) queue_.add(key);
}

runtime::Controller::Parts Rollouts::controllerParts() {
    return {*objects_,
            queue_,
            gate_,
            *applier_,
            means_.metrics,
            means_.clock,
            means_.log,
            [this](kube::EventInput input) { events_->record(std::move(input)); },
            [this](const std::string& key, const std::shared_ptr<runtime::Examiner>& e) {
                sampler_->watch(key, e);
            },
            [this](const std::string& key) { sampler_->forget(key); },
            runtime::referenceReader(means_.transport, means_.requests),
            runtime::accessReader(means_.transport, means_.requests),
            means_.options.drainDelay,
            [this](const std::string& key) { return means_.recordings.open(key); },
            recordAccess(),
            sources_.get(),
            !means_.options.fetchImage.empty(),
            !means_.options.fetchGitImage.empty(),
            profiles_.get(),
            loads_.get(),
            reports_.get()};
}

runtime::RecordAccess Rollouts::recordAccess() {
    return {[this](const api::ModelDeployment& object, const std::stop_token& stop) {
                return records_->read(object, stop);
            },
            [this](const api::ModelDeployment& object, const runtime::RecordKeeper::Writing& writing,
                   const std::stop_token& stop) {
                return records_->write(object, writing.text, writing.known, stop);
            }};
}

runtime::StoreParts Rollouts::storeParts() {
    return {means_.transport, means_.requests, means_.clock,
            [this](const std::string& authorities, const std::stop_token& stop) {
                return net::makeExchange(authorities, means_.log, stop);
            },
            sources::makeStore};
}

runtime::SourceWatch::Parts Rollouts::sourceParts() {
    return {runtime::sourceResolver(storeParts()), means_.clock, means_.log, means_.random,
            [this](const std::string& key) { queue_.add(key); }};
}

runtime::ModelProfiles::Parts Rollouts::profileParts() {
    return {runtime::modelProfileReader(storeParts()), means_.clock, means_.log, means_.random,
            [this](const std::string& key) { queue_.add(key); }};
}

runtime::RegistryReporter::Parts Rollouts::reportParts() {
    return {runtime::registryTeller({means_.transport, means_.requests, means_.clock,
                                     [this](const std::string& authorities, const std::stop_token& stop) {
                                         return net::makeExchange(authorities, means_.log, stop);
                                     },
                                     means_.mayWrite}),
            means_.clock,
            means_.log,
            means_.random,
            means_.mayWrite,
            [this](const std::string& key) { queue_.add(key); }};
}

void Rollouts::watch() {
    const runtime::NamedWhile name("reflector");
    objects_->start();
}

void Rollouts::lead() {
    const std::lock_guard lock(workersMutex_);
    if (means_.stop.stop_requested()) return;
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
    for (int i = 0; i < means_.options.workers; ++i) {
        workers_.emplace_back([this] { controller_->work(means_.stop); });
    }
}

void Rollouts::stopWriters() {
    {
        const std::lock_guard lock(workersMutex_);
        workers_.clear();
    }
    events_->stop();
    // Who leads next tells what is left, and what was told does no harm twice.
    if (reports_) reports_->stop();
}

void Rollouts::stopReaders() {
    std::vector<std::jthread> ending;
    if (loads_) ending.emplace_back([this] { loads_->stop(); });
    if (profiles_) ending.emplace_back([this] { profiles_->stop(); });
    sources_->stop();
}

}  // namespace serin
