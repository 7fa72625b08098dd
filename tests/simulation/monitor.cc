#include "monitor.h"

#include <algorithm>
#include <set>

#include "api/names.h"
#include "base/text.h"
#include "reading.h"

namespace serin::simulation {
namespace {

using api::Phase;
using std::chrono::minutes;
using std::chrono::seconds;

// How long the world may differ from what the caches of a healthy process say.
constexpr Duration kLag = seconds(20);
constexpr int kMostWritesAMinute = 240;
constexpr Duration kReturnTime = minutes(1);
constexpr Duration kHandled = minutes(5);
// From the end of a process to the start of the next.
constexpr Duration kLongestStart = seconds(4);

bool sameAttempt(const api::Status& before, const api::Status& after) {
    return before.rollout && after.rollout && before.rollout->revision == after.rollout->revision &&
           before.rollout->attempt == after.rollout->attempt;
}

const api::AttemptStatus* recordOf(const api::Status& status, const std::string& revision, int attempt) {
    for (const api::AttemptStatus& record : status.attempts) {
        if (record.revision == revision && record.attempt == attempt) return &record;
    }
    return nullptr;
}

bool byPersonOrTime(const api::Status& status, const Script& script) {
    const auto* record = recordOf(status, status.rollout->revision, status.rollout->attempt);
    const bool person = record && (record->promoted || !record->approved.empty());
    return person || !script.judged || script.onInconclusive == api::OnInconclusive::Promote;
}

}  // namespace

Monitor::Monitor(Timeline& timeline, const Cluster& cluster, const Script& script)
    : timeline_(timeline),
      cluster_(cluster),
      script_(script),
      largest_(script.replicas),
      smallest_(script.replicas) {
    sick_ =
        std::ranges::any_of(script.revisions, [](Quality quality) { return quality == Quality::Crashes; });
}

void Monitor::check(bool kept, int invariant, const std::string& sentence) {
    if (!kept) broken_.push_back({invariant, timeline_.now(), sentence});
}

bool Monitor::trulyReady(const std::string& revision, int wanted) const {
    if (cluster_.readyPods(revision) >= wanted) return true;
    // What nobody has been told of yet cannot be known.
    const auto told = lastReady_.find(revision);
    if (told != lastReady_.end() && told->second >= wanted) return true;
    const auto lost = lastUnready_.find(revision);
    return lost != lastUnready_.end() && timeline_.now() < lost->second + kLag;
}

int Monitor::reachable(const std::string& revision) const {
    const auto slice = cluster_.slices.find(cluster_.object.meta.name);
    if (slice == cluster_.slices.end()) return 0;
    const std::string base = api::childName(cluster_.object.meta.name, revision) + "-";
    return static_cast<int>(std::ranges::count_if(
        slice->second.endpoints,
        [&](const api::Endpoint& endpoint) { return endpoint.ready && endpoint.podName.starts_with(base); }));
}

void Monitor::planned(const api::Observed& seen, const api::Plan& plan, uint64_t version, uint64_t written) {
    check(version >= written, 25,
          cat("a plan was made from version ", version, " after our write ", written, " was accepted"));
    if (plan.wakeAt) check(*plan.wakeAt > seen.at, 24, "a plan that wakes at once");
    for (const api::Action& action : plan.actions) {
        const auto* route = std::get_if<api::RouteService>(&action.intent);
        if (!route || !seen.split.exists) continue;
        check(seen.split.revision != route->revision || action.why.find("ports") != std::string::npos, 8,
              "a route is written as it stands");
    }
}

void Monitor::countWrite() {
    if (timeline_.now() >= minute_ + minutes(1)) {
        minute_ = timeline_.now();
        writesInMinute_ = 0;
    }
    lastWrite_ = timeline_.now();
    check(++writesInMinute_ != kMostWritesAMinute, 24, "hundreds of writes in a minute");
}

void Monitor::acted(const api::Action& action) {
    countWrite();
    ++objectWrites_;
    check(!restingUntil_ || timeline_.now() >= *restingUntil_, 30,
          cat("a process that starts at rest writes: ", action.why));
    if (const auto* route = std::get_if<api::RouteService>(&action.intent)) return routed(*route);
    ownedAndGuarded(action);
    const auto created = [&](const auto& objects, const std::string& name) {
        const bool known = std::ranges::any_of(objects, [&](const auto& o) { return o.meta.name == name; });
        if (!known) ++digests_["create " + name];
    };
    if (const auto* create = std::get_if<api::CreateReplicaSet>(&action.intent)) {
        created(cluster_.sets, api::childName(cluster_.object.meta.name, create->revision));
    } else if (const auto* service = std::get_if<api::CreateService>(&action.intent)) {
        created(cluster_.services, service->name);
    }
}

void Monitor::ownedAndGuarded(const api::Action& action) {
    const auto inspect = [&](const std::string& name, const std::string& uid, const std::string& version,
                             std::optional<int> replicas) {
        check(!uid.empty() && !version.empty(), 22, cat(name, " is changed without preconditions"));
        for (const api::ReplicaSet& set : cluster_.sets) {
            if (set.meta.uid == uid && set.meta.resourceVersion == version && replicas)
                scaled(set, *replicas);
        }
    };
    if (const auto* scale = std::get_if<api::ScaleReplicaSet>(&action.intent)) {
        inspect(scale->name, scale->uid, scale->resourceVersion, scale->replicas);
    } else if (const auto* erase = std::get_if<api::DeleteReplicaSet>(&action.intent)) {
        inspect(erase->name, erase->uid, erase->resourceVersion, 0);
    } else if (const auto* gone = std::get_if<api::DeleteService>(&action.intent)) {
        inspect(gone->name, gone->uid, gone->resourceVersion, std::nullopt);
    }
}

void Monitor::routed(const api::RouteService& route) {
    const api::Service* main = cluster_.main();
    if (!main || main->meta.uid != route.uid || main->meta.resourceVersion != route.resourceVersion) return;
    const std::string before = selectedBy(*main);
    if (before == route.revision) return;
    const api::Status& status = cluster_.object.status;
    const std::string stable = stableOf(status);
    const std::string canary = lives(status) ? status.rollout->revision : "";
    if (!route.revision.empty()) {
        const bool exists = std::ranges::any_of(
            cluster_.sets, [&](const auto& set) { return set.revision == route.revision; });
        check(exists, 2, cat("the route goes to ", route.revision, ", which has no ReplicaSet"));
        if (!exists) return;
        const bool lost = lastUnready_.contains(before) && timeline_.now() < lastUnready_[before] + kLag;
        const bool dark = stable.empty() && (cluster_.readyPods(before) == 0 || lost);
        const bool ready = trulyReady(route.revision, 1);
        check(ready || dark, 1, cat("the route goes to ", route.revision, ", which has no ready pod"));
        if (ready && route.revision == canary && !stable.empty()) {
            const int wanted = std::min(cluster_.object.spec.replicas, status.rollout->floor);
            check(trulyReady(canary, wanted), 3,
                  cat(cluster_.readyPods(canary), " pods take over what ", wanted, " carried"));
        }
        return;
    }
    check(!canary.empty() && trulyReady(canary, 1), 3, "the route widens to a canary without a ready pod");
}

void Monitor::scaled(const api::ReplicaSet& set, int replicas) {
    const api::Status& status = cluster_.object.status;
    const std::string stable = stableOf(status);
    const bool live = lives(status);
    const int ready = cluster_.readyPods(set.revision);
    if (replicas < set.replicas && !stable.empty() && (live || set.revision != stable)) {
        const bool returns = live && status.rollout->phase == Phase::RollingBack;
        const bool room = set.revision == stable && cluster_.quotaRefuses();
        const int invariant = room ? 14 : set.revision == stable ? 9 : returns ? 7 : 4;
        check(reachable(set.revision) == 0, invariant, cat(set.revision, " shrinks while clients reach it"));
    }
    if (set.revision == stable && live) {
        check(replicas >= cluster_.object.spec.replicas, cluster_.quotaRefuses() ? 14 : 9,
              cat("stable is scaled to ", replicas));
    }
    const bool last = replicas == 0 && ready > 0 && cluster_.object.spec.replicas > 0 && !stable.empty();
    if (last && reachable(set.revision) > 0) {
        check(std::ranges::any_of(cluster_.pods,
                                  [&](const Pod& pod) {
                                      return pod.revision != set.revision && pod.ready && !pod.terminating;
                                  }),
              13, cat("the last healthy copy, ", set.revision, ", is taken away"));
    }
    if (!live || replicas <= set.replicas || set.revision != status.rollout->revision) return;
    const api::RolloutStatus& rollout = *status.rollout;
    const bool whole = rollout.phase == Phase::Promoting || rollout.phase == Phase::Soaking ||
                       rollout.phase == Phase::Restoring || stable.empty() || set.revision == stable;
    auto step = static_cast<size_t>(rollout.step);
    // While an approval is waited for, the share is that of the step before.
    while (step > 0 && step < rollout.steps.size() && rollout.steps[step].step.approval) --step;
    if (!whole && step < rollout.steps.size() && rollout.phase == Phase::Stepping) {
        return check(replicas <= rollout.steps[step].replicas, 5,
                     cat(replicas, " canary pods in a step of ", rollout.steps[step].replicas));
    }
    check(replicas <= std::max(rollout.floor, largest_), 11, cat(set.revision, " grows to ", replicas));
}

void Monitor::statusWritten(const api::Status& after) {
    const api::Status& before = cluster_.object.status;
    countWrite();
    check(after.observedGeneration >= before.observedGeneration, 27, "observedGeneration goes back");
    for (const api::Condition& condition : after.conditions) {
        const auto was = std::ranges::find(before.conditions, condition.type, &api::Condition::type);
        if (was == before.conditions.end()) continue;
        check(was->status != condition.status || was->lastTransitionTime == condition.lastTransitionTime, 27,
              cat("lastTransitionTime of ", condition.type, " moves without its status"));
    }
    if (sameAttempt(before, after)) advanced(before, after);
    recorded(before, after);
    attempts(before, after);
    const bool stepBegins =
        after.rollout && after.rollout->stepStartedAt &&
        (!before.rollout || before.rollout->stepStartedAt != after.rollout->stepStartedAt);
    if (stepBegins) {
        visibleAtStep_ = cluster_.visible;
        stepSeenAt_ = timeline_.now();
    }
}

void Monitor::advanced(const api::Status& before, const api::Status& after) {
    const api::RolloutStatus& old = *before.rollout;
    const api::RolloutStatus& now = *after.rollout;
    if (old.steps != now.steps) {
        stepsChanged_ = true;
        return;
    }
    check(now.step >= old.step, 27, cat("the step goes back from ", old.step, " to ", now.step));
    if (now.step == old.step) {
        const bool began = old.stepStartedAt && old.scaledAt && *old.stepStartedAt >= *old.scaledAt;
        const bool restarted = began && now.stepStartedAt != old.stepStartedAt;
        check(!restarted || now.scaledAt != old.scaledAt, 20, "the start of a step is moved");
        return;
    }
    const auto step = static_cast<size_t>(old.step);
    if (old.phase != Phase::Stepping || old.steps[step].step.approval) return;
    if (!startedAfterClockWasSet() && !stepsChanged_ && stepSeenAt_) {
        check(timeline_.now() + seconds(1) >= *stepSeenAt_ + old.steps[step].step.hold - kLag, 20,
              "a step ends long before its hold");
    }
    dataBehind(before, cat("step ", old.step + 1, " ends"));
}

void Monitor::dataBehind(const api::Status& before, const std::string& what) {
    if (byPersonOrTime(before, script_) || stepsChanged_) return;
    const std::string& canary = before.rollout->revision;
    const auto then = visibleAtStep_.find(canary);
    const auto now = cluster_.visible.find(canary);
    const uint64_t seen =
        (now == cluster_.visible.end() ? 0 : now->second) - (then == visibleAtStep_.end() ? 0 : then->second);
    const auto needed = static_cast<uint64_t>(cluster_.object.spec.analysis.minRequests);
    if (seen == 0) return check(false, 16, cat(what, " without any data"));
    check(seen >= needed, 15, cat(what, " after ", seen, " requests of ", needed));
}

void Monitor::recorded(const api::Status& before, const api::Status& after) {
    const std::string old = stableOf(before);
    const std::string now = stableOf(after);
    const bool returns = after.rollout && after.rollout->phase == Phase::RollingBack;
    if (!old.empty() && now != old && !returns) {
        const api::Service* main = cluster_.main();
        const bool shown = main && selectedBy(*main) == now;
        check(shown, 28, cat(now, " is called stable before the route shows it"));
        if (shown && before.rollout && before.rollout->revision == now) dataBehind(before, "a promotion");
    }
    if (!returns || !before.rollout || !after.rollout->end || *after.rollout->end != Phase::RolledBack)
        return;
    if (before.rollout->phase == Phase::RollingBack) return;
    const bool harm = after.rollout->reason.find("errs") != std::string::npos;
    if (harm && cluster_.qualityOf(after.rollout->revision) == Quality::Good) {
        check(false, 19, cat("a good version is condemned: ", after.rollout->reason));
    }
}

void Monitor::attempts(const api::Status& before, const api::Status& after) {
    const bool begins = lives(after) && (!before.rollout || !sameAttempt(before, after));
    if (!begins) return;
    stepSeenAt_.reset();
    stepsChanged_ = false;
    const api::RolloutStatus& rollout = *after.rollout;
    if (rollout.phase == Phase::Restoring) {  // the attempt that promoted it goes on
        return check(before.watch && before.watch->attempt == rollout.attempt, 27,
                     "a return of another attempt");
    }
    for (const api::AttemptStatus& known : before.attempts) {
        if (known.revision == rollout.revision)
            check(rollout.attempt > known.attempt || before.rollout, 27,
                  "an attempt's number is given twice");
    }
    const bool quarantined = std::ranges::any_of(
        before.quarantined, [&](const auto& entry) { return entry.revision == rollout.revision; });
    if (!quarantined) return;
    const auto& annotations = cluster_.object.meta.annotations;
    const auto asked = annotations.find(api::kRetryAnnotation);
    check(asked != annotations.end() && asked->second.starts_with(rollout.revision + "."), 18,
          cat(rollout.revision, " was rolled back and is tried again though nobody asked"));
}

void Monitor::changed() {
    for (const api::ReplicaSet& set : cluster_.sets) {
        const int ready = cluster_.readyPods(set.revision);
        int& last = lastReady_[set.revision];
        if (ready < last) lastUnready_[set.revision] = timeline_.now();
        last = ready;
    }
    std::set<std::string> names;
    for (const api::ReplicaSet& set : cluster_.sets)
        check(names.insert(set.meta.name).second, 23, cat(set.meta.name, " exists twice"));
    check(cluster_.requests.lostToEndedByScale == 0, 4, "requests were lost on pods that Serin stopped");
    served();
    handledInTime();
    const api::Service* main = cluster_.main();
    if (!main || cluster_.object.status.stable == std::nullopt) return;
    if (selectedBy(*main).empty()) {
        std::set<std::string> serving;
        for (const Pod& pod : cluster_.pods) {
            if (pod.ready && !pod.terminating) serving.insert(pod.revision);
        }
        check(serving.size() <= 2, 6, "three versions take traffic");
    }
    returned();
}

// A return that was decided shows in the route soon.
void Monitor::returned() {
    const api::Service* main = cluster_.main();
    const api::Status& status = cluster_.object.status;
    const bool away = main && status.rollout && status.rollout->phase == Phase::RollingBack &&
                      selectedBy(*main) != stableOf(status);
    if (!away || cluster_.readyPods(stableOf(status)) == 0) {
        returnSince_.reset();
    } else if (!returnSince_) {
        returnSince_ = timeline_.now();
    } else {
        check(timeline_.now() < *returnSince_ + kReturnTime, 17, "a return is decided and not written");
    }
}

void Monitor::served() {
    const bool good = script_.revisions.front() == Quality::Good && smallest_ > 0 && !sick_;
    if (good) check(cluster_.requests.unserved == 0, 10, "clients found nobody who serves");
}

// With a neighbour that cannot be handled. Faults are shorter than this, and waits between attempts too.
void Monitor::handledInTime() {
    const bool handled = cluster_.object.status.observedGeneration == cluster_.object.meta.generation;
    if (handled || !cluster_.exists || !script_.neighbour) {
        unhandledSince_.reset();
    } else if (!unhandledSince_) {
        unhandledSince_ = timeline_.now();
    } else {
        check(timeline_.now() < *unhandledSince_ + kHandled, 26,
              "a change waits while another object cannot be handled");
    }
}

void Monitor::specWritten(const std::string& what) {
    check(false, 12, cat("Serin writes the ModelDeployment itself: ", what));
}

// Such a process measures what another one recorded by another clock.
bool Monitor::startedAfterClockWasSet() const {
    return clockSetAt_ && processEndedAt_ && *processEndedAt_ + kLongestStart >= *clockSetAt_;
}

void Monitor::unreadable(const std::string& why) {
    check(false, 28, why);
}

void Monitor::wroteAs(const std::string& writer, const std::string& holder) {
    check(writer.find(holder) != std::string::npos && !holder.empty(), 21,
          cat(writer, " writes while the lease is held by \"", holder, "\""));
}

void Monitor::happened(const Happening& happening) {
    if (happening.kind != Kind::Crash) {
        quietSince_ = timeline_.now();
        restingUntil_.reset();
    }
    if (happening.kind == Kind::ClockJumps) clockSetAt_ = timeline_.now();
    if (happening.kind >= Kind::PodFlaps && happening.kind <= Kind::SlowPods) sick_ = true;
    if (happening.kind != Kind::Replicas && happening.kind != Kind::Autoscaled) return;
    largest_ = std::max(largest_, happening.a);
    smallest_ = std::min(smallest_, happening.a);
}

}  // namespace serin::simulation
