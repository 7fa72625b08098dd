#include "planner_process.h"

#include <algorithm>
#include <ranges>

#include "api/names.h"
#include "base/text.h"
#include "followed_source.h"
#include "plan/plan.h"
#include "routing/routing.h"

namespace serin::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kAfterConflict{50};
constexpr Duration kLongestSleep = std::chrono::minutes(1);
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
        adoptSource(seen.object);
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
    if (cluster_.object.spec.source) follow(life_);
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
    seen.source = memory_.look;
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
    if (spec().unresolved && std::exchange(memory_.lookedFor, spec().written) != spec().written) look();
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
    if (const auto& analysis = view_->seen.object.status.analysis) {
        memory_.judge->recall(analysis->state, plan.order);
    }
    memory_.judge->order(plan.order);
    if (!std::exchange(memory_.restored, false)) return;
    const api::Judgement known = memory_.judge->judgement();
    if (known.at <= wall() && (!plan.order.stepStartedAt || known.at >= *plan.order.stepStartedAt))
        memory_.judgement = known;
}

}  // namespace serin::simulation
