#include "planner_process.h"

#include <algorithm>
#include <ranges>

#include "api/names.h"
#include "base/text.h"
#include "plan/plan.h"
#include "routing/routing.h"

namespace serin::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kAfterConflict{50};
constexpr Duration kLongestSleep = std::chrono::minutes(1);
constexpr Duration kBetweenDiagnoses = seconds(10);
constexpr size_t kKeptPast = 40;

bool isFirst(const std::optional<Timestamp>& due, Timestamp when) {
    return !due || when < *due;
}

}  // namespace

PlannerProcess::PlannerProcess(Timeline& timeline, Cluster& cluster, Adversity& adversity, Monitor& monitor,
                               const Sabotage& sabotage, uint64_t seed)
    : timeline_(timeline),
      cluster_(cluster),
      adversity_(adversity),
      monitor_(monitor),
      sabotage_(sabotage),
      random_(seed, 20),
      machineClock_(timeline, adversity) {
    start();
}

void PlannerProcess::see(View& view, const View* last) {
    api::Observed& seen = view.seen;
    const bool late = last && timeline_.now() < adversity_.lateUntil;
    const auto isLate = [&](int kind) { return late && adversity_.lateKind == kind; };
    // What is heard later: as long as it lacks something, nobody has caught up with all.
    if (late) adversity_.feel(Kind::Reordered);
    view.version = late ? last->version : cluster_.version;
    if (!isLate(0)) {
        seen.object = cluster_.object;
        view.exists = cluster_.exists;
    }
    if (!isLate(1)) seen.replicaSets = cluster_.sets;
    if (!isLate(2)) seen.services = cluster_.services;
    if (!isLate(3)) {
        view.slices.resize(cluster_.slices.size());
        std::ranges::copy(cluster_.slices | std::views::values, view.slices.begin());
    }
    seen.split = routing::observeSplit(seen.object, seen.replicaSets, seen.services, view.slices);
}

void PlannerProcess::start() {
    alive_ = true;
    ++life_;
    clock_.emplace(machineClock_);
    memory_ = {};
    view_ = std::make_shared<View>();
    see(*view_, nullptr);
    // An API server that is behind shows a new process the past; it catches up after a while.
    if (adversity_.pastShown > Duration(0) && !past_.empty()) {
        adversity_.feel(Kind::TimeTravel);
        view_ = past_.front();
        adversity_.deafUntil = std::max(adversity_.deafUntil, timeline_.now() + adversity_.pastShown);
        adversity_.pastShown = Duration(0);
    }
    due_.reset();
    failures_ = 0;
    timeline_.after(milliseconds(random_.between(1, 400)), [this, life = life_] { round(life); });
    reconcileAt(timeline_.now() + milliseconds(random_.between(1, 50)));
    if (timeline_.now() < adversity_.deafUntil) {
        timeline_.at(adversity_.deafUntil, [this] { notify(); });
    }
}

void PlannerProcess::crash() {
    if (!alive_) return;
    alive_ = false;
    monitor_.restarted();
    timeline_.after(milliseconds(random_.between(300, 3000)), [this] { start(); });
}

void PlannerProcess::notify() {
    if (!alive_) return;
    if (timeline_.now() < adversity_.deafUntil) {
        adversity_.feel(Kind::FrozenWatch);
        timeline_.at(adversity_.deafUntil, [this, life = life_] {
            if (life == life_ && alive_) notify();
        });
        return;
    }
    reconcileAt(timeline_.now() + milliseconds(random_.between(1, 30)));
}

void PlannerProcess::reconcileAt(Timestamp when) {
    if (!isFirst(due_, when)) return;
    due_ = when;
    timeline_.at(when, [this, when, life = life_] {
        if (life != life_ || !alive_ || due_ != when) return;
        if (timeline_.now() < adversity_.standsStillUntil) {
            adversity_.feel(Kind::Pauses);
            due_.reset();
            return reconcileAt(adversity_.standsStillUntil);
        }
        due_.reset();
        reconcile();
    });
}

void PlannerProcess::refresh() {
    if (timeline_.now() < adversity_.deafUntil || view_->version == cluster_.version) return;
    if (past_.empty() || past_.back()->version + 3 < view_->version) past_.push_back(view_);
    if (past_.size() > kKeptPast) past_.pop_front();
    const std::shared_ptr<View> last = view_;
    // What is remembered stays as it was.
    if (last.use_count() > 2) view_ = std::make_shared<View>(*last);
    see(*view_, last.get());
}

const api::Observed& PlannerProcess::observe() {
    api::Observed& seen = view_->seen;
    seen.at = wall();
    seen.refusals = memory_.refusals;
    seen.diagnosis = memory_.diagnosis;
    seen.modelAnswers = memory_.answers;
    seen.judgement = memory_.judgement;
    seen.statusWrittenAt = memory_.statusWrittenAt;
    return seen;
}

void PlannerProcess::reconcile() {
    refresh();
    if (!view_->exists) return sabotage_.is(29) ? makeAnew() : void();
    // Read-your-writes.
    if (view_->version < memory_.written && !sabotage_.is(25))
        return reconcileAt(timeline_.now() + milliseconds(100));
    if (!memory_.judge) {
        memory_.judge = std::make_unique<judge::Judge>(spec().analysis);
        if (view_->seen.object.status.analysis && !view_->seen.object.status.analysis->state.empty()) {
            memory_.judge->restore(view_->seen.object.status.analysis->state);
            memory_.restored = true;
        }
    }
    if (memory_.generation != meta().generation) {
        memory_.generation = meta().generation;
        memory_.refusals.clear();
        memory_.judge->setAnalysis(spec().analysis);
    }
    const api::Observed& seen = observe();
    api::Plan plan = plan::plan(seen);
    if (!sabotage_.is(30) || !std::exchange(memory_.touched, true)) sabotage_.spoil(seen, plan);
    monitor_.planned(seen, plan, view_->version, memory_.written);
    const uint64_t life = life_;
    const bool done = carryOut(plan);
    if (life != life_ || !alive_) return;
    adoptOrder(plan);
    failures_ = done ? 0 : failures_ + 1;
    if (!done) {
        const auto wait = milliseconds(5) * (1 << std::min(failures_, 13));
        reconcileAt(timeline_.now() + std::max<Duration>(wait, kAfterConflict));
    }
    if (plan.wakeAt) {
        const Duration wait = std::clamp(*plan.wakeAt - wall(), Duration{0}, kLongestSleep);
        reconcileAt(timeline_.now() + wait);
    }
    if (!memory_.askModel.empty()) ask();
}

void PlannerProcess::adoptOrder(const api::Plan& plan) {
    memory_.askModel = plan.askModel;
    if (plan.order.mode == api::JudgeMode::Off) {
        memory_.before.clear();
        memory_.lastRound.reset();
        memory_.judgement.reset();
        memory_.order = plan.order;
        return;
    }
    memory_.order = plan.order;
    memory_.judge->order(plan.order);
    if (!std::exchange(memory_.restored, false)) return;
    const api::Judgement known = memory_.judge->judgement();
    if (known.at <= wall() && (!plan.order.stepStartedAt || known.at >= *plan.order.stepStartedAt))
        memory_.judgement = known;
}

// A place where the process may die.
bool PlannerProcess::boundary() {
    if (!adversity_.crashAfter) return true;
    if ((*adversity_.crashAfter)-- > 0) return true;
    adversity_.crashAfter.reset();
    adversity_.feel(Kind::Crash);
    crash();
    return false;
}

bool PlannerProcess::carryOut(const api::Plan& plan) {
    bool clean = true;
    for (const api::Action& action : plan.actionsFirst) {
        if (!boundary()) return false;
        clean = perform(action) == Answer::Done;
        if (!boundary()) return false;
        if (!clean) break;
    }
    if (plan.status) {
        if (!boundary()) return false;
        const Answer answer = request([&] { return writeStatus(*plan.status); });
        if (!boundary()) return false;
        if (answer != Answer::Done) return false;
        memory_.statusWrittenAt = wall();
    }
    for (const api::Action& action : plan.actions) {
        if (!boundary()) return false;
        const Answer answer = perform(action);
        if (!boundary()) return false;
        if (answer != Answer::Done) return false;
    }
    return clean;
}

PlannerProcess::Answer PlannerProcess::request(const std::function<Answer()>& perform) {
    ++writes_;
    if (timeline_.now() < adversity_.partitionUntil) {
        adversity_.feel(Kind::Partition);
        return Answer::Failed;
    }
    if (timeline_.now() < adversity_.tooManyUntil) {
        adversity_.feel(Kind::TooManyRequests);
        return Answer::Failed;
    }
    if (adversity_.take(adversity_.serverErrors, Kind::ServerErrors)) return Answer::Failed;
    if (adversity_.take(adversity_.conflicts, Kind::Conflicts)) return Answer::Conflict;
    Answer answer = perform();
    if (adversity_.take(adversity_.replayed, Kind::Replayed)) answer = perform();
    if (adversity_.take(adversity_.lostResponses, Kind::LostResponse)) return Answer::Unknown;
    if (answer == Answer::Done) memory_.written = cluster_.version;
    return answer;
}

PlannerProcess::Answer PlannerProcess::writeStatus(const api::Status& status) {
    if (!cluster_.exists) return Answer::Conflict;
    if (meta().uid != cluster_.object.meta.uid ||
        meta().resourceVersion != cluster_.object.meta.resourceVersion)
        return Answer::Conflict;
    monitor_.statusWritten(status);
    cluster_.object.status = status;
    cluster_.object.meta.resourceVersion = std::to_string(cluster_.version + 1);
    cluster_.statusWritten();
    return Answer::Done;
}

PlannerProcess::Answer PlannerProcess::perform(const api::Action& action) {
    if (const auto* pods = std::get_if<api::DiagnosePods>(&action.intent)) {
        if (memory_.diagnosis && memory_.diagnosis->revision == pods->revision &&
            wall() >= memory_.diagnosis->at && wall() < memory_.diagnosis->at + kBetweenDiagnoses)
            return Answer::Done;
        memory_.diagnosis = api::Diagnosis{pods->revision, "the container is not ready", wall()};
        reconcileAt(timeline_.now() + milliseconds(1));
        return Answer::Done;
    }
    return request([&] { return once(action); });
}

// The deliberate bug of a deletion: something without an owner comes after it.
void PlannerProcess::makeAnew() {
    if (!cluster_.services.empty()) return;
    api::Service left;
    left.meta = newMeta(meta().name);
    left.meta.ownerUid.clear();
    cluster_.putService(left);
}

api::Meta PlannerProcess::newMeta(const std::string& name) {
    api::Meta made;
    made.name = name;
    made.ns = meta().ns;
    made.uid = cat("uid-", cluster_.version + 1);
    made.resourceVersion = std::to_string(cluster_.version + 1);
    made.ownerUid = meta().uid;
    made.createdAt = timeline_.now();
    return made;
}

namespace {

template <typename Object>
Object* byName(std::vector<Object>& objects, const std::string& name) {
    const auto found = std::ranges::find_if(objects, [&](const auto& o) { return o.meta.name == name; });
    return found == objects.end() ? nullptr : &*found;
}

template <typename Object, typename Intent>
bool stillSo(const Object* object, const Intent& intent) {
    return object && object->meta.uid == intent.uid && object->meta.resourceVersion == intent.resourceVersion;
}

}  // namespace

PlannerProcess::Answer PlannerProcess::once(const api::Action& action) {
    monitor_.acted(action);
    const std::string next = std::to_string(cluster_.version + 1);
    if (const auto* create = std::get_if<api::CreateReplicaSet>(&action.intent)) {
        const std::string name = api::childName(meta().name, create->revision);
        if (byName(cluster_.sets, name) && !sabotage_.is(23)) return Answer::Done;
        api::ReplicaSet set;
        set.meta = newMeta(name);
        set.revision = set.version = create->revision;
        set.replicas = create->replicas;
        cluster_.putSet(set);
    } else if (const auto* service = std::get_if<api::CreateService>(&action.intent)) {
        if (byName(cluster_.services, service->name)) return Answer::Done;
        api::Service made;
        made.meta = newMeta(service->name);
        if (!service->main) made.revision = service->revision;
        if (!service->revision.empty()) made.selector[api::kRevisionLabel] = service->revision;
        made.ports = spec().ports;
        cluster_.putService(made);
    } else if (const auto* scale = std::get_if<api::ScaleReplicaSet>(&action.intent)) {
        const api::ReplicaSet* set = byName(cluster_.sets, scale->name);
        if (!stillSo(set, *scale)) return Answer::Conflict;
        api::ReplicaSet changed = *set;
        changed.replicas = scale->replicas;
        changed.meta.resourceVersion = next;
        cluster_.putSet(changed);
    } else if (const auto* route = std::get_if<api::RouteService>(&action.intent)) {
        const api::Service* main = byName(cluster_.services, route->name);
        if (!stillSo(main, *route)) return Answer::Conflict;
        api::Service changed = *main;
        changed.selector.clear();
        if (!route->revision.empty()) changed.selector[api::kRevisionLabel] = route->revision;
        for (const auto& [key, value] : route->annotations) changed.meta.annotations[key] = value;
        changed.meta.resourceVersion = next;
        cluster_.putService(changed);
    } else if (const auto* erase = std::get_if<api::DeleteReplicaSet>(&action.intent)) {
        const api::ReplicaSet* set = byName(cluster_.sets, erase->name);
        if (!set) return Answer::Done;
        if (!stillSo(set, *erase)) return Answer::Conflict;
        cluster_.eraseSet(erase->uid);
    } else if (const auto* gone = std::get_if<api::DeleteService>(&action.intent)) {
        const api::Service* main = byName(cluster_.services, gone->name);
        if (!main) return Answer::Done;
        if (!stillSo(main, *gone)) return Answer::Conflict;
        cluster_.eraseService(gone->uid);
    }
    return Answer::Done;
}

// Asks the canary's pods for their model, as the sampler does.
void PlannerProcess::ask() {
    if (!reachable()) return;
    bool news = false;
    for (const Pod& pod : cluster_.pods) {
        if (!pod.ready || pod.terminating) continue;
        if (std::ranges::find(memory_.askModel, pod.revision) == memory_.askModel.end()) continue;
        const auto answer = pod.hangs        ? api::ModelAnswer::Silent
                            : pod.modelReady ? api::ModelAnswer::Ready
                                             : api::ModelAnswer::NotReady;
        api::ModelAnswer& known =
            memory_.answers.emplace(pod.uid, api::ModelAnswer::CannotConnect).first->second;
        news = news || known != answer;
        known = answer;
    }
    if (news) reconcileAt(timeline_.now() + milliseconds(5));
}

void PlannerProcess::round(uint64_t life) {
    if (life != life_ || !alive_) return;
    const Duration interval = spec().analysis.interval;
    timeline_.after(interval, [this, life] { round(life); });
    if (timeline_.now() < adversity_.standsStillUntil || !view_->exists) return;
    if (!memory_.askModel.empty()) ask();
    if (memory_.order.mode == api::JudgeMode::Off || !memory_.judge) return;
    if (timeline_.now() < adversity_.metricsLateUntil && std::exchange(roundLost_, !roundLost_)) {
        adversity_.feel(Kind::MetricsLate);
        return;
    }
    const auto counted = stratum();
    if (!counted) return;
    memory_.judge->add(*counted);
    memory_.judgement = memory_.judge->judgement();
    reconcileAt(timeline_.now() + milliseconds(2));
}

std::optional<api::Stratum> PlannerProcess::stratum() {
    const Timestamp now = wall();
    const auto from = std::exchange(memory_.lastRound, now);
    api::Stratum out;
    out.from = from.value_or(now);
    out.to = now;
    bool allSilent = true;
    bool anyCanary = false;
    for (const api::EndpointSlice& slice : view_->slices) {
        const bool canary = slice.service == api::childName(meta().name, memory_.order.canary);
        const bool stable = slice.service == api::childName(meta().name, memory_.order.stable);
        if (!canary && !stable) continue;
        for (const api::Endpoint& endpoint : slice.endpoints) {
            bool silent = false;
            const api::PodSample one = sample(endpoint, out.from, silent);
            (canary ? out.canary : out.stable).push_back(one);
            if (canary && endpoint.ready) {
                anyCanary = true;
                allSilent = allSilent && silent;
            }
        }
    }
    if (anyCanary && allSilent) {
        int rounds = 1000;
        for (const auto& [pod, count] : memory_.silent) rounds = std::min(rounds, count);
        out.canarySilentRounds = rounds;
    }
    if (!reachable()) {
        adversity_.feel(Kind::MetricsStop);
        out.troubles.push_back("connection refused");
    }
    if (timeline_.now() < cluster_.countersStuckUntil) adversity_.feel(Kind::MetricsLie);
    return from ? std::optional(out) : std::nullopt;
}

api::PodSample PlannerProcess::sample(const api::Endpoint& endpoint, Timestamp from, bool& silent) {
    api::PodSample out;
    out.pod = endpoint.podUid;
    out.name = endpoint.podName;
    const Timestamp now = wall();
    if (now > from) out.exposure = now - from;
    if (!endpoint.ready) out.notReady = out.exposure;
    const Pod* pod = cluster_.pod(endpoint.podUid);
    const auto before = memory_.before.find(endpoint.podUid);
    const bool known = before != memory_.before.end();
    if (!pod || pod->hangs || !reachable()) {
        out.lostScrapes = known ? 1 : 0;
        silent = pod && pod->hangs;
        if (silent) ++memory_.silent[endpoint.podUid];
        return out;
    }
    memory_.silent.erase(endpoint.podUid);
    const Memory::Counters counters{pod->total, pod->bad, pod->resets, now};
    if (known) {
        const Memory::Counters& old = before->second;
        out.counted = true;
        out.warm = true;
        const bool reset = counters.resets != old.resets || counters.total < old.total;
        if (reset) out.restarts = 1;
        api::Counts counts;
        counts.total = reset ? counters.total : counters.total - old.total;
        counts.bad = reset ? counters.bad : counters.bad - old.bad;
        if (reset) adversity_.feel(Kind::MetricsReset);
        out.counts["errors"] = counts;
    }
    memory_.before[endpoint.podUid] = counters;
    return out;
}

}  // namespace serin::simulation
