#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "apply/applier.h"
#include "apply/event_recorder.h"
#include "apply/record_store.h"
#include "cache/write_gate.h"
#include "means.h"
#include "runtime/controller.h"
#include "runtime/load_watch.h"
#include "runtime/model_profiles.h"
#include "runtime/registry_reporter.h"
#include "runtime/sampler.h"
#include "runtime/source_watch.h"
#include "runtime/store_opener.h"
#include "runtime/watched_objects.h"
#include "runtime/work_queue.h"

namespace serin {

// What an operator does for ModelDeployments: the caches, which every process keeps, and who plans and
// carries out, samples pods and asks stores and registries, which the leader alone starts. Built from the
// ground up; destroyed in the opposite order, so that nobody is left with a dead reference. Starts no thread
// by itself.
class Rollouts {
  public:
    // `pod`: its name, as reporter of events.
    Rollouts(Means means, const std::string& pod);

    // The caches begin to list and watch.
    void watch();
    const runtime::WatchedObjects& objects() const { return *objects_; }
    // Keys that wait for a worker.
    size_t depth() const { return queue_.depth(); }
    // The source of that ModelDeployment may mean something else by now. After lead().
    void hint(const std::string& key) { sources_->hint(key); }

    // Starts everybody, unless the process is stopping. On any thread.
    void lead();
    // Waits for those who write, to a registry too; they begin nothing new. After a stop request to the
    // process.
    void stopWriters();
    // The same of those who only read.
    void stopReaders();
    void stopWatching() { objects_->requestStop(); }

  private:
    runtime::Controller::Parts controllerParts();
    runtime::RecordAccess recordAccess();
    runtime::WatchedObjects::Listeners listeners();
    runtime::StoreParts storeParts();
    runtime::SourceWatch::Parts sourceParts();
    runtime::ModelProfiles::Parts profileParts();
    runtime::RegistryReporter::Parts reportParts();
    void makeReaders();
    void onFound(const std::string& key, const runtime::Examiner& examiner,
                 const runtime::Examiner::Finding& finding);

    Means means_;
    std::unique_ptr<net::Fetcher> fetcher_;
    std::unique_ptr<net::FormPoster> poster_;
    runtime::WorkQueue queue_{means_.clock};
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
};

}  // namespace serin
