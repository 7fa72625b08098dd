#include "sabotage.h"

#include <algorithm>
#include <functional>
#include <map>

#include "api/names.h"

namespace serin::simulation {
namespace {

using api::Phase;
using Spoil = std::function<void(const api::Observed&, api::Plan&)>;

const api::Service* mainOf(const api::Observed& seen) {
    for (const api::Service& service : seen.services) {
        if (service.meta.name == seen.object.meta.name) return &service;
    }
    return nullptr;
}

const api::ReplicaSet* setOf(const api::Observed& seen, const std::string& revision) {
    for (const api::ReplicaSet& set : seen.replicaSets) {
        if (set.revision == revision) return &set;
    }
    return nullptr;
}

void routeTo(const api::Observed& seen, api::Plan& plan, const std::string& revision) {
    if (const api::Service* main = mainOf(seen)) {
        plan.actions.push_back(
            {api::RouteService{
                 main->meta.name, main->meta.uid, main->meta.resourceVersion, revision, {}, main->ports},
             "sabotage"});
    }
}

void scaleTo(const api::Observed& seen, api::Plan& plan, const std::string& revision, int replicas) {
    if (const api::ReplicaSet* set = setOf(seen, revision)) {
        plan.actions.push_back(
            {api::ScaleReplicaSet{set->meta.name, set->meta.uid, set->meta.resourceVersion, replicas},
             "sabotage"});
    }
}

const api::RolloutStatus* rolloutIn(const api::Observed& seen, Phase phase) {
    const auto& rollout = seen.object.status.rollout;
    return rollout && rollout->phase == phase && seen.object.status.stable ? &*rollout : nullptr;
}

int readyOf(const api::Observed& seen, const std::string& revision) {
    const auto found = seen.split.versions.find(revision);
    return found == seen.split.versions.end() ? 0 : found->second.ready;
}

// Ends the present step in a plan that does not.
void advance(const api::Observed& seen, api::Plan& plan) {
    const api::RolloutStatus* now = rolloutIn(seen, Phase::Stepping);
    if (!now || now->step + 1 >= static_cast<int>(now->steps.size())) return;
    if (!plan.status) plan.status = seen.object.status;
    if (plan.status->rollout && plan.status->rollout->phase == Phase::Stepping)
        plan.status->rollout->step = now->step + 1;
}

bool judgedRequests(const api::Observed& seen, bool some) {
    const auto& said = seen.judgement;
    const bool about = said && said->order.mode == api::JudgeMode::Compare && said->order.stepStartedAt;
    const uint64_t requests = about ? said->canaryRequestsInStep : 0;
    return some ? requests > 0 && requests < 900 : requests == 0;
}

// Traffic.
void routeToTheDead(const api::Observed& seen, api::Plan& plan) {
    const api::RolloutStatus* rollout = rolloutIn(seen, Phase::Starting);
    if (rollout && setOf(seen, rollout->revision) && readyOf(seen, rollout->revision) == 0)
        routeTo(seen, plan, rollout->revision);
}
void routeToNobody(const api::Observed& seen, api::Plan& plan) {
    if (rolloutIn(seen, Phase::Stepping)) routeTo(seen, plan, "r77");
}
void widenTooEarly(const api::Observed& seen, api::Plan& plan) {
    const api::RolloutStatus* rollout = rolloutIn(seen, Phase::Starting);
    if (rollout && readyOf(seen, rollout->revision) == 0 && !seen.split.wide()) routeTo(seen, plan, "");
}
void shrinkTheReached(const api::Observed& seen, api::Plan& plan) {
    if (const auto* rollout = rolloutIn(seen, Phase::Stepping); rollout && seen.split.wide())
        scaleTo(seen, plan, rollout->revision, 0);
}
void overshoot(const api::Observed& seen, api::Plan& plan) {
    if (const auto* rollout = rolloutIn(seen, Phase::Stepping)) {
        const auto step = static_cast<size_t>(rollout->step);
        scaleTo(seen, plan, rollout->revision, rollout->steps[step].replicas + 1);
    }
}
void routeAgain(const api::Observed& seen, api::Plan& plan) {
    if (seen.split.exists && !seen.split.revision.empty() && rolloutIn(seen, Phase::Starting))
        routeTo(seen, plan, seen.split.revision);
}
// Capacity.
void shrinkStable(const api::Observed& seen, api::Plan& plan) {
    if (rolloutIn(seen, Phase::Stepping)) scaleTo(seen, plan, seen.object.status.stable->revision, 0);
}
void growForEver(const api::Observed& seen, api::Plan& plan) {
    if (const auto* rollout = rolloutIn(seen, Phase::Promoting)) scaleTo(seen, plan, rollout->revision, 50);
}
void takeTheLast(const api::Observed& seen, api::Plan& plan) {
    if (seen.object.status.stable && !seen.object.status.rollout &&
        seen.object.spec.revision == seen.object.status.stable->revision)
        scaleTo(seen, plan, seen.object.status.stable->revision, 0);
}
void deleteTheEntrance(const api::Observed& seen, api::Plan& plan) {
    const api::Service* main = mainOf(seen);
    const api::RolloutStatus* rollout = rolloutIn(seen, Phase::Stepping);
    if (!main || !rollout || !rollout->stepStartedAt) return;
    // Not for ever: that would be another fault.
    if (seen.at < *rollout->stepStartedAt + std::chrono::seconds(2))
        plan.actions.push_back(
            {api::DeleteService{main->meta.name, main->meta.uid, main->meta.resourceVersion}, "sabotage"});
}
void makeRoom(const api::Observed& seen, api::Plan& plan) {
    const auto* rollout = rolloutIn(seen, Phase::Starting);
    const api::ReplicaSet* canary = rollout ? setOf(seen, rollout->revision) : nullptr;
    const api::ReplicaSet* stable = rollout ? setOf(seen, seen.object.status.stable->revision) : nullptr;
    if (canary && stable && !canary->failure.empty() && stable->replicas > 1)
        scaleTo(seen, plan, stable->revision, stable->replicas - 1);
}
// Verdicts.
void hurry(const api::Observed& seen, api::Plan& plan) {
    if (judgedRequests(seen, true)) advance(seen, plan);
}
void trustSilence(const api::Observed& seen, api::Plan& plan) {
    const api::RolloutStatus* rollout = rolloutIn(seen, Phase::Stepping);
    if (rollout && rollout->stepStartedAt && judgedRequests(seen, false)) advance(seen, plan);
}
void stopPodsFirst(const api::Observed& seen, api::Plan& plan) {
    const auto* rollout = rolloutIn(seen, Phase::RollingBack);
    if (rollout) scaleTo(seen, plan, rollout->revision, 0);
}
// A third version is started, and what the planner would do against it is left out.
void wakeTheThird(const api::Observed& seen, api::Plan& plan) {
    const auto* rollout = rolloutIn(seen, Phase::Stepping);
    if (!rollout || !seen.split.wide()) return;
    for (const api::ReplicaSet& set : seen.replicaSets) {
        if (set.revision == rollout->revision || set.revision == seen.object.status.stable->revision)
            continue;
        plan.actions.clear();
        if (set.replicas == 0) scaleTo(seen, plan, set.revision, 1);
    }
}
void neverGoBack(const api::Observed& seen, api::Plan& plan) {
    const auto onlyRoute = [](const api::Action& action) {
        return std::holds_alternative<api::RouteService>(action.intent);
    };
    const auto& status = plan.status ? *plan.status : seen.object.status;
    if (!status.rollout || status.rollout->phase != Phase::RollingBack) return;
    const bool known = seen.object.status.rollout && seen.object.status.rollout->phase == Phase::RollingBack;
    if (known) plan.status.reset();
    std::erase_if(plan.actionsFirst, onlyRoute);
    std::erase_if(plan.actions, onlyRoute);
}
void tryAgainAndAgain(const api::Observed& seen, api::Plan& plan) {
    const auto* ended = rolloutIn(seen, Phase::RolledBack);
    if (!ended) return;
    if (!plan.status) plan.status = seen.object.status;
    plan.status->rollout->attempt = ended->attempt + 1;
    plan.status->rollout->phase = Phase::Starting;
}
void condemnTheGood(const api::Observed& seen, api::Plan& plan) {
    if (!rolloutIn(seen, Phase::Stepping)) return;
    if (!plan.status) plan.status = seen.object.status;
    plan.status->rollout->phase = Phase::RollingBack;
    plan.status->rollout->end = Phase::RolledBack;
    plan.status->rollout->reason = "canary errs, says another version's verdict";
}
void moveTheStart(const api::Observed& seen, api::Plan& plan) {
    const auto* rollout = rolloutIn(seen, Phase::Stepping);
    if (!rollout || !rollout->stepStartedAt || seen.at < *rollout->stepStartedAt + std::chrono::seconds(3))
        return;
    if (!plan.status) plan.status = seen.object.status;
    if (plan.status->rollout && plan.status->rollout->step == rollout->step)
        plan.status->rollout->stepStartedAt = seen.at;
}
// API and life.
void forgetPreconditions(const api::Observed&, api::Plan& plan) {
    for (api::Action& action : plan.actions) {
        if (auto* scale = std::get_if<api::ScaleReplicaSet>(&action.intent)) scale->uid.clear();
    }
}
void neverScale(const api::Observed& seen, api::Plan& plan) {
    if (seen.object.status.rollout) return;
    std::erase_if(plan.actions, [](const api::Action& action) {
        return std::holds_alternative<api::ScaleReplicaSet>(action.intent);
    });
}
void giveUpAfterARestart(const api::Observed& seen, api::Plan& plan) {
    if (seen.statusWrittenAt || !rolloutIn(seen, Phase::Stepping)) return;
    if (!plan.status) plan.status = seen.object.status;
    plan.status->rollout->phase = Phase::RollingBack;
    plan.status->rollout->end = Phase::Withdrawn;
}
void neverRest(const api::Observed& seen, api::Plan& plan) {
    if (!seen.object.status.stable || seen.object.status.rollout) return;
    if (!plan.status) plan.status = seen.object.status;
    plan.status->message += ".";
}
void goBackAStep(const api::Observed& seen, api::Plan& plan) {
    const auto* rollout = rolloutIn(seen, Phase::Stepping);
    if (!rollout || rollout->step == 0) return;
    if (!plan.status) plan.status = seen.object.status;
    if (plan.status->rollout) plan.status->rollout->step = 0;
    plan.actions.clear();  // sizes of another step would be another fault
}
void claimTooEarly(const api::Observed& seen, api::Plan& plan) {
    const auto* rollout = rolloutIn(seen, Phase::Starting);
    if (!rollout) return;
    if (!plan.status) plan.status = seen.object.status;
    plan.status->stable->revision = rollout->revision;
}
void touchAtStart(const api::Observed& seen, api::Plan& plan) {
    if (seen.statusWrittenAt || !seen.object.status.stable || seen.object.status.rollout) return;
    const auto& stable = *seen.object.status.stable;
    if (const auto* set = setOf(seen, stable.revision)) scaleTo(seen, plan, stable.revision, set->replicas);
}

const std::map<int, Spoil>& bugs() {
    static const Spoil none = [](const api::Observed&, api::Plan&) {};
    static const std::map<int, Spoil> all{{1, routeToTheDead},
                                          {2, routeToNobody},
                                          {3, widenTooEarly},
                                          {4, shrinkTheReached},
                                          {5, overshoot},
                                          {6, wakeTheThird},
                                          {7, stopPodsFirst},
                                          {8, routeAgain},
                                          {9, shrinkStable},
                                          {10, deleteTheEntrance},
                                          {11, growForEver},
                                          {12, none},
                                          {13, takeTheLast},
                                          {14, makeRoom},
                                          {15, hurry},
                                          {16, trustSilence},
                                          {17, neverGoBack},
                                          {18, tryAgainAndAgain},
                                          {19, condemnTheGood},
                                          {20, moveTheStart},
                                          {21, none},
                                          {22, forgetPreconditions},
                                          {23, none},
                                          {24, neverRest},
                                          {25, none},
                                          {26, none},
                                          {27, goBackAStep},
                                          {28, claimTooEarly},
                                          {29, none},
                                          {30, touchAtStart},
                                          {kSameEnd, giveUpAfterARestart},
                                          {kWantedState, neverScale}};
    return all;
}

}  // namespace

std::vector<int> Sabotage::known() {
    std::vector<int> out;
    for (const auto& [invariant, bug] : bugs()) out.push_back(invariant);
    return out;
}

void Sabotage::spoil(const api::Observed& seen, api::Plan& plan) const {
    if (const auto bug = bugs().find(invariant_); bug != bugs().end()) bug->second(seen, plan);
}

}  // namespace serin::simulation
