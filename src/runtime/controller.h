#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "api/observed.h"
#include "api/plan.h"
#include "apply/applier.h"
#include "base/clock.h"
#include "base/log.h"
#include "cache/write_gate.h"
#include "kube/event_series.h"
#include "runtime/access_reader.h"
#include "runtime/examiner.h"
#include "runtime/load_watch.h"
#include "runtime/metrics.h"
#include "runtime/model_profiles.h"
#include "runtime/object_source.h"
#include "runtime/readings.h"
#include "runtime/reference_reader.h"
#include "runtime/registry_reporter.h"
#include "runtime/source_watch.h"
#include "runtime/work_queue.h"

namespace serin::runtime {

// The loop from what is observed to what is written: observe, plan, carry out, remember. One instance for all
// workers; the queue sees to it that no ModelDeployment is with two of them.
class Controller {
  public:
    // All references outlive it.
    struct Parts {
        const ObjectSource& source;
        WorkQueue& queue;
        cache::WriteGate& gate;
        const apply::Applier& applier;
        Metrics& metrics;
        const Clock& clock;
        Logger& log;
        // Best effort; returns at once.
        std::function<void(kube::EventInput)> event;
        // Samples for this examiner from now on; none any more for this key.
        std::function<void(const std::string& key, const std::shared_ptr<Examiner>&)> watch;
        std::function<void(const std::string& key)> forget;
        // Both block until the API server has answered.
        ReadReference readReference;
        ReadAccess readAccess;
        Duration drainDelay{std::chrono::seconds(5)};
        // Takes down what the judge of this key is told and says; absent: nobody does.
        std::function<std::unique_ptr<judge::RecordingSink>(const std::string& key)> record{};
        // The hourly records; empty functions: none are kept.
        RecordAccess recordAccess{};
        // Outlives it too. Looks up sources; absent: a spec with a source is a problem.
        SourceWatch* sources = nullptr;
        // Whether there is something that pods load a model with, and one from Git; else a spec that needs it
        // is a problem.
        bool loadsModels = true;
        bool loadsGit = false;
        // Outlive it too; absent where pods load no model. Reads profiles among the files of models.
        ModelProfiles* profiles = nullptr;
        // Asks pods how far they are with loading their model.
        LoadWatch* loads = nullptr;
        // Tells registries what came of their versions.
        RegistryReporter* reports = nullptr;
    };
    explicit Controller(Parts parts) : parts_(std::move(parts)) {}

    // A worker: takes keys until stopped.
    void work(const std::stop_token& stop);
    // One key, once. Puts it back into the queue when it has to come again.
    void reconcile(const std::string& key, const std::stop_token& stop);

  private:
    // What this process remembers of one ModelDeployment. Only the worker that has its key touches it.
    struct Memory {
        std::string uid;
        int64_t generation = 0;
        std::shared_ptr<Examiner> examiner;
        std::vector<api::Refusal> refusals;
        std::optional<Timestamp> statusWrittenAt;
        std::optional<api::Diagnosis> diagnosis;
    };

    bool caughtUp(const std::string& key, const Sight& sight);
    Memory& memoryOf(const std::string& key, const api::ModelDeployment& object);
    void drop(const std::string& key);
    api::Observed observe(const std::string& key, Sight sight, const Memory& memory) const;
    // Why no pod could load the model of that source; null: one could.
    const char* cannotLoad(const api::ModelSource& source) const;
    void tell(const api::Observed& seen, const api::Plan& plan) const;
    void remember(const std::string& key, Memory& memory, const apply::Outcome& outcome);
    void announce(const api::Observed& seen, const api::Plan& plan, const apply::Outcome& outcome) const;
    void again(const std::string& key, const api::Plan& plan, const apply::Outcome& outcome);

    Parts parts_;
    std::mutex mutex_;  // of the map, not of its values
    std::map<std::string, std::unique_ptr<Memory>> memories_;
};

}  // namespace serin::runtime
