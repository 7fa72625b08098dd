#include "rules.h"

#include <algorithm>
#include <set>

#include "api/names.h"
#include "base/text.h"
#include "plan/plan.h"
#include "words.h"

namespace serin::scenarios {
namespace {

using api::Phase;

// One plan beside what it was made from.
struct Look {
    const api::Observed& seen;
    const api::Plan& plan;
    const api::Status& before;
    const api::Status& after;
    std::vector<std::string> broken;

    void check(bool kept, std::string sentence) {
        if (!kept) broken.push_back(std::move(sentence));
    }
    int ready(const std::string& revision) const {
        const auto found = seen.split.versions.find(revision);
        return found == seen.split.versions.end() ? 0 : found->second.ready;
    }
    int reachable(const std::string& revision) const {
        const auto found = seen.split.versions.find(revision);
        return found == seen.split.versions.end() ? 0 : found->second.reachable;
    }
    std::vector<const api::Action*> actions() const {
        std::vector<const api::Action*> all;
        for (const api::Action& action : plan.actionsFirst) all.push_back(&action);
        for (const api::Action& action : plan.actions) all.push_back(&action);
        return all;
    }
    const api::ReplicaSet* set(const std::string& uid) const {
        const auto found = std::ranges::find(seen.replicaSets, uid, [](const auto& s) { return s.meta.uid; });
        return found == seen.replicaSets.end() ? nullptr : &*found;
    }
};

bool lives(const api::Status& status) {
    if (!status.rollout) return false;
    const Phase phase = status.rollout->phase;
    return phase != Phase::RolledBack && phase != Phase::Withdrawn && phase != Phase::Aborted;
}

std::string subjectOf(const api::Intent& intent) {
    if (const auto* i = std::get_if<api::CreateReplicaSet>(&intent)) return cat("ReplicaSet ", i->revision);
    if (const auto* i = std::get_if<api::ScaleReplicaSet>(&intent))
        return cat("ReplicaSet ", i->name.substr(6));
    if (const auto* i = std::get_if<api::DeleteReplicaSet>(&intent))
        return cat("ReplicaSet ", i->name.substr(6));
    if (const auto* i = std::get_if<api::CreateService>(&intent)) return cat("Service ", i->name);
    if (const auto* i = std::get_if<api::RouteService>(&intent)) return cat("Service ", i->name);
    if (const auto* i = std::get_if<api::DeleteService>(&intent)) return cat("Service ", i->name);
    if (const auto* i = std::get_if<api::DeletePod>(&intent)) return cat("pod ", i->name);
    return cat("pods ", std::get<api::DiagnosePods>(intent).revision);
}

void eachObjectOnce(Look& look) {
    std::set<std::string> subjects;
    for (const api::Action* action : look.actions()) {
        const std::string subject = subjectOf(action->intent);
        look.check(subjects.insert(subject).second, cat("two actions on ", subject));
        look.check(!action->why.empty(), cat(wordsOf(action->intent), " has no why"));
    }
}

// 22: what is changed or deleted carries uid and resourceVersion and is ours; 23: what exists is not created.
void preconditions(Look& look) {
    const auto ours = [&](const auto& objects, const std::string& uid) {
        return std::ranges::any_of(objects, [&](const auto& object) {
            return object.meta.uid == uid && object.meta.ownerUid == look.seen.object.meta.uid &&
                   !object.meta.deleting;
        });
    };
    for (const api::Action* action : look.actions()) {
        const std::string words = wordsOf(action->intent);
        std::visit(
            [&](const auto& intent) {
                using Intent = std::decay_t<decltype(intent)>;
                if constexpr (std::is_same_v<Intent, api::CreateReplicaSet>) {
                    look.check(std::ranges::none_of(look.seen.replicaSets,
                                                    [&](const auto& set) {
                                                        return set.revision == intent.revision &&
                                                               !set.meta.deleting &&
                                                               set.meta.ownerUid == look.seen.object.meta.uid;
                                                    }),
                               cat("23: ", words, ", which exists"));
                    look.check(look.seen.object.spec.problems.empty(),
                               cat(words, " from a spec with problems"));
                } else if constexpr (std::is_same_v<Intent, api::DeletePod>) {
                    look.check(!intent.uid.empty(), cat("22: ", words, " is unguarded"));
                } else if constexpr (requires { intent.uid; }) {
                    look.check(!intent.uid.empty() && !intent.resourceVersion.empty(),
                               cat("22: ", words, " is unguarded"));
                    look.check(
                        ours(look.seen.replicaSets, intent.uid) || ours(look.seen.services, intent.uid),
                        cat("22: ", words, " on what is not ours"));
                }
            },
            action->intent);
    }
}

std::string whoIsStable(const api::Status& status) {
    return status.stable ? status.stable->revision : "";
}

// 1, 6 and 8 of the traffic.
void routes(Look& look) {
    const std::string stable = whoIsStable(look.after);
    for (const api::Action* action : look.actions()) {
        const auto* route = std::get_if<api::RouteService>(&action->intent);
        if (!route) continue;
        const bool moves = !look.seen.split.exists || look.seen.split.revision != route->revision;
        if (!moves) {
            look.check(action->why.find("ports") != std::string::npos,
                       "8: a route is written that stands already");
            continue;
        }
        if (!route->revision.empty()) {
            const bool dark = look.ready(look.seen.split.revision) == 0 && !look.seen.split.wide();
            look.check(look.ready(route->revision) > 0 || (stable.empty() && dark),
                       cat("1: a route to ", route->revision, ", which has no ready endpoint"));
            continue;
        }
        const std::string canary = look.after.rollout ? look.after.rollout->revision : "";
        look.check(look.ready(canary) > 0, "1: a wide route without a ready canary");
        for (const api::ReplicaSet& set : look.seen.replicaSets) {
            const bool third = set.revision != stable && set.revision != canary;
            look.check(!third || (set.replicas == 0 && set.statusReplicas == 0),
                       cat("6: a wide route while ", set.revision, " has pods"));
        }
    }
}

// 4 and 9, and how many pods a canary may have.
void scales(Look& look) {
    const std::string stable = whoIsStable(look.after);
    const bool live = lives(look.after);
    for (const api::Action* action : look.actions()) {
        const auto* scale = std::get_if<api::ScaleReplicaSet>(&action->intent);
        if (!scale) continue;
        const api::ReplicaSet* set = look.set(scale->uid);
        if (!set) continue;
        const std::string& revision = set->revision;
        const bool shrinks = scale->replicas < set->replicas;
        const bool byItsOwner = stable.empty() || (revision == stable && !live);
        if (shrinks && !byItsOwner) {
            look.check(look.reachable(revision) == 0,
                       cat("4: ", revision, " shrinks while a route reaches it"));
        }
        if (!live || stable.empty()) continue;
        const api::RolloutStatus& rollout = *look.after.rollout;
        if (revision == stable) {
            look.check(!shrinks || rollout.phase == Phase::RollingBack,
                       cat("9: stable shrinks in a rollout"));
            look.check(scale->replicas >= look.seen.object.spec.replicas,
                       "9: stable is scaled below its floor");
        } else if (revision == rollout.revision && rollout.phase == Phase::Stepping) {
            const int most = rollout.steps[static_cast<size_t>(rollout.step)].replicas;
            look.check(scale->replicas <= most,
                       cat("5: ", scale->replicas, " canary pods in a step of ", most));
        }
    }
}

// 7 and 17: a return is one route, done before all else; nothing but a return is done before the status.
void returns(Look& look) {
    look.check(look.plan.actionsFirst.size() <= 1, "7: more than one write comes first");
    for (const api::Action& action : look.plan.actionsFirst) {
        const auto* route = std::get_if<api::RouteService>(&action.intent);
        look.check(route != nullptr, "7: what comes first is no route");
        if (route)
            look.check(route->annotations.contains(api::kReturnedAnnotation),
                       "7: a return that is not signed");
    }
    const bool begins = look.after.rollout && look.after.rollout->phase == Phase::RollingBack &&
                        !(look.before.rollout && look.before.rollout->phase == Phase::RollingBack);
    const bool away = look.seen.split.exists && look.seen.split.revision != whoIsStable(look.after);
    if (begins && away)
        look.check(look.plan.actionsFirst.size() == 1, "7: a return that begins without its route");
}

// 27, 28 and what status must never do.
void status(Look& look) {
    look.check(look.after.observedGeneration == look.seen.object.meta.generation,
               "27: observedGeneration is not current");
    if (look.plan.status) look.check(look.after != look.before, "24: the status is written as it stands");
    for (const api::Condition& condition : look.after.conditions) {
        const auto was = std::ranges::find(look.before.conditions, condition.type, &api::Condition::type);
        if (was == look.before.conditions.end()) continue;
        const bool moved = was->lastTransitionTime != condition.lastTransitionTime;
        const bool turned = was->status != condition.status;
        look.check(!moved || turned,
                   cat("27: lastTransitionTime of ", condition.type, " moves without its status"));
        look.check(!turned || condition.lastTransitionTime == look.seen.at,
                   cat("27: ", condition.type, " turns without its lastTransitionTime"));
        look.check(!condition.reason.empty(), cat(condition.type, " has no reason"));
    }
    const auto& old = look.before.rollout;
    const auto& now = look.after.rollout;
    if (old && now && old->revision == now->revision) {
        look.check(now->attempt >= old->attempt, "27: the attempt went back");
        if (now->attempt == old->attempt && now->steps == old->steps) {
            look.check(now->step >= old->step, "27: the step went back");
        }
    }
    const bool promoted = look.after.stable && look.before.stable &&
                          look.before.stable->revision != look.after.stable->revision;
    const bool returned = now && now->phase == Phase::RollingBack;
    if (promoted && !returned) {
        look.check(look.seen.split.revision == look.after.stable->revision,
                   "28: promoted before its route was seen");
    }
}

// No plan asks to be woken at once, for that would spin; events fit.
void rest(Look& look) {
    if (look.plan.wakeAt) look.check(*look.plan.wakeAt > look.seen.at, "24: wakes at once");
    for (const api::EventNote& event : look.plan.events) {
        look.check(event.note.size() <= 1000 && !event.note.empty(),
                   cat("the event ", event.reason, " is too long or empty"));
    }
}

// 24: when only the status is recorded and nothing else moves, it comes to rest at once or nearly so.
void comesToRest(Look& look) {
    api::Observed later = look.seen;
    for (int i = 0; i < 4; ++i) {
        const api::Plan next = plan::plan(later);
        if (!next.status) return;
        later.object.status = *next.status;
    }
    look.check(!plan::plan(later).status, "24: the status is written again and again");
}

}  // namespace

std::vector<std::string> brokenRules(const api::Observed& seen, const api::Plan& plan) {
    const api::Status& before = seen.object.status;
    if (seen.object.meta.deleting) {
        return plan.empty() && !plan.wakeAt ? std::vector<std::string>{}
                                            : std::vector<std::string>{"29: deleting, yet it acts"};
    }
    Look look{seen, plan, before, plan.status ? *plan.status : before, {}};
    look.check(textOf(plan) == textOf(plan::plan(seen)), "the same observation gives another plan");
    eachObjectOnce(look);
    preconditions(look);
    routes(look);
    scales(look);
    returns(look);
    if (plan.status || before.observedGeneration != 0) status(look);
    rest(look);
    comesToRest(look);
    return look.broken;
}

}  // namespace serin::scenarios
