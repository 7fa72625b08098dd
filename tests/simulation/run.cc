#include "run.h"

#include <algorithm>
#include <memory>

#include "api/names.h"
#include "base/text.h"
#include "planner_process.h"

namespace serin::simulation {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// After the last happening it has this long to come to rest, and then has to keep still.
constexpr Duration kTimeToSettle = minutes(60);
constexpr Duration kQuiet = minutes(10);
// Counts that trickle in after the last change are recorded once more.
constexpr Duration kLastWords = minutes(2);
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
        process_ = std::make_unique<PlannerProcess>(timeline_, cluster_, adversity_, monitor_, sabotage_,
                                                    script_.seed);
        for (const Happening& happening : script_.happenings) {
            timeline_.at(Timeline::kStart + happening.at, [this, happening] { happen(happening); });
        }
    }

    Report play() {
        const Timestamp last =
            Timeline::kStart + (script_.happenings.empty() ? Duration(0) : script_.happenings.back().at);
        const Timestamp settleBy = last + kTimeToSettle;
        uint64_t objectWrites = 0;
        uint64_t writesBefore = 0;
        std::string phase;
        Timestamp stillSince = timeline_.now();
        bool settled = false;
        while (!timeline_.empty() && monitor_.broken().empty() && timeline_.nextAt() < settleBy + kQuiet) {
            timeline_.step();
            const bool moves =
                monitor_.objectWrites() != objectWrites || cluster_.object.status.phase != phase;
            if (moves || timeline_.now() < last) {
                stillSince = timeline_.now();
                objectWrites = monitor_.objectWrites();
                phase = cluster_.object.status.phase;
            }
            if (timeline_.now() < stillSince + kLastWords) writesBefore = process_->writes();
            settled = timeline_.now() >= stillSince + kQuiet;
            if (settled) break;
        }
        if (settled) monitor_.ended(process_->writes() - writesBefore, kQuiet - kLastWords);
        return report(settled);
    }

  private:
    void firstObject();
    void onChange();
    void happen(const Happening& happening);
    void byHand(const Happening& happening);
    void toCluster(const Happening& happening);
    void toProcess(const Happening& happening);
    void annotate(const char* key, bool withStep, bool stale);
    void specChanged();
    void collectGarbage();
    Report report(bool settled) const;
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
    Timestamp proxyDeafLast_{};
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
    spec.analysis.minRequests = 400;
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
    const std::string told = cat(cluster_.object.status.phase, ": ", cluster_.object.status.message);
    if (trace_ && told != lastTold_) log(lastTold_ = told);
    process_->notify();
}

void Run::specChanged() {
    ++cluster_.object.meta.generation;
    cluster_.object.meta.resourceVersion = std::to_string(++cluster_.version);
    onChange();
}

void Run::annotate(const char* key, bool withStep, bool stale) {
    const auto& rollout = cluster_.object.status.rollout;
    if (!rollout) return;
    const int attempt = rollout->attempt + (stale ? 7 : 0);
    std::string value = cat(rollout->revision, ".", attempt);
    if (withStep) value += cat(".", rollout->step);
    cluster_.object.meta.annotations[key] = value;
    cluster_.object.meta.resourceVersion = std::to_string(++cluster_.version);
    onChange();
}

void Run::happen(const Happening& happening) {
    log(cat("* ", nameOf(happening.kind), " ", happening.a, " ", happening.b));
    monitor_.happened(happening);
    if (byPerson(happening.kind)) return byHand(happening);
    if (happening.kind <= Kind::SlowPods) return toCluster(happening);
    toProcess(happening);
}

void Run::byHand(const Happening& happening) {
    if (!cluster_.exists) return;
    api::Spec& spec = cluster_.object.spec;
    const bool stale = happening.b == 1;
    adversity_.feel(happening.kind);
    switch (happening.kind) {
        case Kind::NewRevision:
            spec.revision = spec.model.version = revisionName(happening.a);
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
        case Kind::Approve:
            return annotate(api::kApproveAnnotation, true, stale);
        case Kind::Promote:
            return annotate(api::kPromoteAnnotation, false, stale);
        case Kind::Abort:
            return annotate(api::kAbortAnnotation, false, stale);
        case Kind::Retry:
            return annotate(api::kRetryAnnotation, false, stale);
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

void Run::toCluster(const Happening& happening) {
    const Duration time = seconds(happening.b);
    adversity_.feel(happening.kind);
    switch (happening.kind) {
        case Kind::PodFlaps:
            return cluster_.flap(happening.a, time);
        case Kind::PodDies:
            return cluster_.kill(happening.a);
        case Kind::NodeFails:
            return cluster_.failNode();
        case Kind::ProxyLags:
            // Drain and preStop are ten seconds: longer deafness costs requests under any operator.
            if (timeline_.now() < proxyDeafLast_ + seconds(15)) return;
            proxyDeafLast_ = cluster_.proxyDeafUntil = timeline_.now() + time;
            return;
        default:
            cluster_.slowUntil = timeline_.now() + time;
    }
}

void Run::toProcess(const Happening& happening) {
    const Duration time = seconds(happening.b);
    const Timestamp until = timeline_.now() + time;
    switch (happening.kind) {
        case Kind::Crash:
            if (happening.b == 0) {
                adversity_.crashAfter = happening.a;
            } else {
                adversity_.feel(happening.kind);
                process_->crash();
            }
            return;
        case Kind::Pauses:
            adversity_.standsStillUntil = until;
            return;
        case Kind::ClockJumps:
            adversity_.clockOffset += time;
            return adversity_.feel(happening.kind);
        case Kind::FrozenWatch:
            adversity_.deafUntil = std::max(adversity_.deafUntil, until + kDeafLonger);
            return;
        case Kind::LostResponse:
            adversity_.lostResponses += happening.a;
            return;
        case Kind::ServerErrors:
            adversity_.serverErrors += happening.a;
            return;
        case Kind::TooManyRequests:
            adversity_.tooManyUntil = until;
            return;
        case Kind::Conflicts:
            adversity_.conflicts += happening.a;
            return;
        case Kind::Replayed:
            adversity_.replayed += happening.a;
            return;
        case Kind::TimeTravel:
            adversity_.pastShown = time;
            return process_->crash();
        case Kind::MetricsStop:
            adversity_.metricsStopUntil = until;
            return;
        case Kind::MetricsReset:
            return cluster_.resetCounters();
        case Kind::MetricsLie:
            cluster_.countersStuckUntil = until;
            return;
        default:
            adversity_.metricsLateUntil = until;
    }
}

Report Run::report(bool settled) const {
    Report out;
    out.broken = monitor_.broken();
    out.settled = settled;
    out.digests = monitor_.digests();
    out.felt = adversity_.felt;
    out.writes = process_->writes();
    out.requests = cluster_.requests;
    out.trace = lines_;
    const api::Status& status = cluster_.object.status;
    if (!cluster_.exists) {
        out.end = "deleted";
        return out;
    }
    out.end = cat("stable ", status.stable ? status.stable->revision : "-", "; phase ", status.phase);
    for (auto entry = status.history.rbegin(); entry != status.history.rend(); ++entry) {
        out.end += cat("; ", entry->revision, " ", entry->outcome);
        ++out.rollouts;
    }
    for (const api::ReplicaSet& set : cluster_.sets) out.end += cat("; ", set.meta.name, " x", set.replicas);
    if (const api::Service* main = cluster_.main()) {
        const auto selected = main->selector.find(api::kRevisionLabel);
        out.end += cat("; route ", selected == main->selector.end() ? "*" : selected->second);
    }
    return out;
}

// What a failure is about, so that shrinking does not slide into another one.
int failureOf(const Report& report) {
    if (!report.broken.empty()) return report.broken.front().invariant;
    return report.settled ? 0 : -1;
}

}  // namespace

Report run(const Script& script, const Sabotage& sabotage, bool trace) {
    return Run(script, sabotage, trace).play();
}

Report runAndCompare(const Script& script, Profile profile) {
    Report report = run(script);
    if (profile != Profile::Calm || !report.good()) return report;
    Script clean = script;
    std::erase_if(clean.happenings, [](const Happening& happening) { return harmless(happening.kind); });
    if (clean.happenings.size() == script.happenings.size()) return report;
    const Report reference = run(clean);
    report.rollouts += reference.rollouts;
    if (reference.end != report.end || reference.digests != report.digests) {
        report.broken.push_back({100, Timeline::kStart,
                                 cat("the end is not that of the run without faults: ", report.end,
                                     "\n    without: ", reference.end)});
    }
    return report;
}

Script shrink(const Script& script, Profile profile) {
    const int failure = failureOf(runAndCompare(script, profile));
    Script smallest = script;
    for (bool smaller = true; smaller;) {
        smaller = false;
        for (size_t i = 0; i < smallest.happenings.size(); ++i) {
            Script less = smallest;
            less.happenings.erase(less.happenings.begin() + static_cast<std::ptrdiff_t>(i));
            if (failureOf(runAndCompare(less, profile)) != failure) continue;
            smallest = std::move(less);
            smaller = true;
            break;
        }
    }
    return smallest;
}

std::string describe(const Report& report) {
    std::string out;
    for (const Broken& broken : report.broken) {
        out += cat("  invariant ", broken.invariant, " at ", formatDuration(broken.at - Timeline::kStart),
                   ": ", broken.sentence, "\n");
    }
    if (report.broken.empty() && !report.settled) out += "  it does not come to rest\n";
    return out + cat("  end: ", report.end, "\n");
}

}  // namespace serin::simulation
