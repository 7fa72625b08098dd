#include "run.h"

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "decision.h"
#include "followed_source.h"
#include "planner_process.h"
#include "play.h"

namespace serin::simulation {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kDeafLonger = seconds(1);

// The whole of one run.
class Run {
  public:
    Run(const Script& script, const Sabotage& sabotage, bool trace)
        : script_(script),
          trace_(trace),
          cluster_(timeline_, script_),
          monitor_(timeline_, cluster_, script_),
          sabotage_(sabotage) {
        firstObject();
        cluster_.changed = [this] { onChange(); };
        cluster_.felt = [this](Kind kind) { adversity_.feel(kind); };
        cluster_.autoscaled = [this](int replicas) {
            cluster_.object.spec.replicas = replicas;
            specChanged();
        };
        process_ = std::make_unique<PlannerProcess>(timeline_, cluster_, adversity_, monitor_, sabotage_,
                                                    script_.seed);
        for (const Happening& happening : script_.happenings) {
            timeline_.at(Timeline::kStart + happening.at, [this, happening] { happen(happening); });
        }
    }

    Report play() {
        const Timestamp last = endOf(script_);
        const bool settled =
            playToRest(timeline_, cluster_, monitor_, last, [this] { return process_->writes(); });
        Report report = reportOf(cluster_, monitor_, adversity_);
        report.settled = settled;
        report.writes = process_->writes();
        report.trace = lines_;
        return report;
    }

  private:
    void firstObject();
    void onChange();
    void happen(const Happening& happening);
    void byHand(const Happening& happening);
    void deafUntil(Timestamp until);
    void toProcess(const Happening& happening);
    void decide(const Happening& happening);
    void specChanged();
    void collectGarbage();
    void log(const std::string& line);

    const Script script_;
    bool trace_;
    std::string lines_;
    std::string lastTold_;
    Timeline timeline_;
    Cluster cluster_;
    Monitor monitor_;
    Adversity adversity_;
    const Sabotage& sabotage_;
    std::unique_ptr<PlannerProcess> process_;
};

void Run::firstObject() {
    api::ModelDeployment& object = cluster_.object;
    object.meta.name = "fraud";
    object.meta.ns = "ml";
    object.meta.uid = "uid-fraud";
    object.meta.resourceVersion = "1";
    object.meta.generation = 1;
    api::Spec& spec = object.spec;
    spec.replicas = script_.replicas;
    spec.runtime.container = "server";
    spec.ports = {{"http", 80, 8080}};
    spec.revision = spec.model.version = revisionName(0);
    spec.rollout = {script_.steps, seconds(20), seconds(90)};
    spec.analysis.warmUp = seconds(5);
    spec.analysis.deadline = minutes(10);
    spec.analysis.onInconclusive = script_.onInconclusive;
    spec.analysis.holdAtMost = minutes(2);
    spec.analysis.falseAlarm = 1e-6;
    spec.analysis.minRequests = 1200;
    if (script_.followed) nameSource(spec);
    adversity_.registryShakyUntil = endOf(script_);
    if (!script_.judged) return;
    api::Metric errors;
    errors.name = "errors";
    errors.worseOddsRatio = 1.2;
    spec.analysis.metrics = {errors};
}

void Run::log(const std::string& line) {
    if (!trace_) return;
    lines_ += cat(formatDuration(timeline_.now() - Timeline::kStart), "  ", line, "\n");
}

void Run::onChange() {
    monitor_.changed();
    if (trace_) {
        const std::string told = cat(cluster_.object.status.phase, ": ", cluster_.object.status.message);
        if (told != lastTold_) log(lastTold_ = told);
    }
    process_->notify();
}

void Run::specChanged() {
    ++cluster_.object.meta.generation;
    cluster_.object.meta.resourceVersion = std::to_string(++cluster_.version);
    onChange();
}

void Run::decide(const Happening& happening) {
    const auto& rollout = cluster_.object.status.rollout;
    if (!rollout) return;
    const Decision decision = decisionOf(happening, *rollout);
    cluster_.object.meta.annotations[decision.annotation] = decision.value;
    cluster_.object.meta.resourceVersion = std::to_string(++cluster_.version);
    onChange();
}

void Run::happen(const Happening& happening) {
    log(cat("* ", nameOf(happening.kind), " ", happening.a, " ", happening.b));
    monitor_.happened(happening);
    if (byPerson(happening.kind)) return byHand(happening);
    if (byCluster(happening.kind)) return cluster_.suffer(happening);
    toProcess(happening);
}

void Run::byHand(const Happening& happening) {
    if (!cluster_.exists) return;
    api::Spec& spec = cluster_.object.spec;
    adversity_.feel(happening.kind);
    if (isDecision(happening.kind)) return decide(happening);
    switch (happening.kind) {
        case Kind::NewRevision:
            spec.revision = spec.model.version = revisionName(happening.a);
            if (!script_.followed) return specChanged();
            // Nobody is told where an alias points.
            if (happening.a % 2 == 0) return;
            spec.written = cat("written for ", spec.revision);
            return specChanged();
        case Kind::Replicas:
            spec.replicas = happening.a;
            return specChanged();
        case Kind::Pause:
        case Kind::Unpause:
            spec.paused = happening.kind == Kind::Pause;
            return specChanged();
        case Kind::OtherSteps:
            spec.rollout.steps = writeScript(static_cast<uint64_t>(happening.a), Profile::Wild).steps;
            return specChanged();
        default:
            cluster_.exists = false;
            onChange();
            collectGarbage();
    }
}

// As the garbage collector does: again and again, for something may have been made meanwhile.
void Run::collectGarbage() {
    timeline_.after(seconds(2), [this] {
        cluster_.collectGarbage();
        collectGarbage();
    });
}

// Afterwards what was missed is heard, even if nothing more happens.
void Run::deafUntil(Timestamp until) {
    adversity_.deafUntil = std::max(adversity_.deafUntil, until);
    timeline_.at(until, [this] { process_->notify(); });
}

void Run::toProcess(const Happening& happening) {
    if (adversity_.begin(happening, timeline_.now())) return;
    const Timestamp until = timeline_.now() + seconds(happening.b);
    switch (happening.kind) {
        case Kind::Crash:
            adversity_.feel(happening.kind);
            return process_->crash();
        case Kind::Pauses:
            adversity_.standsStillUntil = until;
            return;
        case Kind::FrozenWatch:
            return deafUntil(until + kDeafLonger);
        case Kind::Reordered:
            adversity_.lateKind = happening.a;
            adversity_.lateUntil = until;
            timeline_.at(until, [this] { process_->notify(); });
            return;
        case Kind::Partition:
            adversity_.partitionUntil = until;
            return deafUntil(until);
        case Kind::TimeTravel:
            adversity_.pastShown = seconds(happening.b);
            return process_->crash();
        case Kind::MetricsReset:
            return cluster_.resetCounters();
        default:
            cluster_.countersStuckUntil = until;
    }
}

}  // namespace

Report run(const Script& script, const Sabotage& sabotage, bool trace) {
    return Run(script, sabotage, trace).play();
}

}  // namespace serin::simulation
