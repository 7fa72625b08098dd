#include "runtime/controller.h"

#include <algorithm>
#include <utility>

#include "api/codec.h"
#include "api/image_source.h"
#include "api/names.h"
#include "api/source_pod.h"
#include "apply/requests.h"
#include "base/text.h"
#include "kube/resource.h"
#include "plan/plan.h"
#include "routing/routing.h"
#include "runtime/serving_profile.h"
#include "runtime/thread_name.h"

namespace serin::runtime {
namespace {

// The watch tells of our own writes; this only guards against one that never does.
constexpr Duration kGateRetry{100};
// Our view was old: the event that says so is on its way.
constexpr Duration kAfterConflict{50};
// The wall clock may be set meanwhile, so no wait is longer.
constexpr Duration kLongestSleep = std::chrono::minutes(1);

const char* nameOf(apply::Ending ending) {
    switch (ending) {
        case apply::Ending::Done:
            return "done";
        case apply::Ending::Refused:
            return "refused";
        case apply::Ending::Conflict:
            return "conflict";
        case apply::Ending::Unknown:
            return "unknown";
        case apply::Ending::Failed:
            return "failed";
        case apply::Ending::Fenced:
            return "fenced";
        case apply::Ending::Gone:
            return "gone";
    }
    return "failed";
}

std::string decisionOf(const api::Status& status) {
    if (!status.rollout) return status.stable ? status.stable->revision : "";
    return cat(status.rollout->revision, '.', status.rollout->attempt, '.', status.rollout->step);
}

kube::EventInput eventOf(const api::Observed& seen, const api::EventNote& note, const api::Status& status) {
    const api::Meta& meta = seen.object.meta;
    kube::EventInput input;
    input.regarding = {api::kApiVersion, api::kKind, meta.ns, meta.name, meta.uid, meta.resourceVersion};
    input.type = note.warning ? "Warning" : "Normal";
    input.action = note.action.empty() ? note.reason : note.action;
    input.reason = note.reason;
    input.note = note.note;
    input.decision = decisionOf(status);
    return input;
}

// Where the operator was not told what loads a model.
constexpr const char* kNoFetchImage =
    "spec.model.source: is stated, but the operator runs without --fetch-image, so that no pod could load "
    "the "
    "model; set fetch.image of the chart, or put the model into the image and remove source";

constexpr const char* kNoGitImage =
    "spec.model.source.uri: is a Git repository, but the operator runs without --fetch-git-image, so that no "
    "pod "
    "could load the model; set fetch.gitImage of the chart, or keep the model in another store";

// The outcomes that `after` records and `before` did not.
std::vector<std::string> newOutcomes(const api::Status& before, const api::Status& after) {
    std::vector<std::string> outcomes;
    for (const api::HistoryEntry& entry : after.history) {
        if (!before.history.empty() && entry == before.history.front()) break;
        outcomes.push_back(entry.outcome);
    }
    return outcomes;
}

}  // namespace

void Controller::work(const std::stop_token& stop) {
    nameThisThread("worker");
    while (const auto key = parts_.queue.take(stop)) {
        const Duration began = parts_.clock.sinceBoot();
        reconcile(*key, stop);
        parts_.queue.done(*key);
        const Duration took = parts_.clock.sinceBoot() - began;
        if (took > std::chrono::seconds(5)) {
            parts_.log.warning("a reconcile took long", {{"object", *key}, {"took", formatDuration(took)}});
        }
    }
}

void Controller::reconcile(const std::string& key, const std::stop_token& stop) {
    const Duration began = parts_.clock.sinceBoot();
    Sight sight = parts_.source.look(key);
    if (!sight.object || sight.object->meta.deleting) return drop(key);
    if (!caughtUp(key, sight)) return parts_.queue.addAt(key, began + kGateRetry);
    Memory& memory = memoryOf(key, *sight.object);
    const api::Observed seen = observe(key, std::move(sight), memory);
    api::Plan plan = plan::plan(seen);
    // What would come back as it is recorded already is not written.
    if (plan.status && api::normalised(*plan.status) == seen.object.status) plan.status.reset();
    tell(seen, plan);
    const apply::Outcome outcome = parts_.applier.apply(seen.object, plan, memory.diagnosis, stop);
    remember(key, memory, outcome);
    announce(seen, plan, outcome);
    memory.examiner->order(seen.object, plan, seen.split, seen.at);
    keepReadings(*memory.examiner, seen.object.meta.ns, parts_.readReference, parts_.readAccess, parts_.clock,
                 stop);
    keepModelProfile(*memory.examiner, key, seen, parts_.profiles);
    keepRecord(*memory.examiner, seen.object, parts_.recordAccess, parts_.clock, stop);
    parts_.watch(key, memory.examiner);
    if (parts_.sources) parts_.sources->want(key, seen.object);
    if (parts_.loads) parts_.loads->want(key, loadingPods(seen));
    if (parts_.reports) parts_.reports->want(key, seen.object, plan.report);
    again(key, plan, outcome);
    parts_.metrics.reconciled(nameOf(outcome.ending), parts_.clock.sinceBoot() - began);
}

bool Controller::caughtUp(const std::string& key, const Sight& sight) {
    const auto version = [&](const std::string& kind) {
        const auto found = sight.versions.find(kind);
        return found == sight.versions.end() ? std::string() : found->second;
    };
    return parts_.gate.caughtUp(key, version, parts_.clock.sinceBoot());
}

Controller::Memory& Controller::memoryOf(const std::string& key, const api::ModelDeployment& object) {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<Memory>& memory = memories_[key];
    // An object of the same name that was made anew is another one.
    if (!memory || memory->uid != object.meta.uid) {
        memory = std::make_unique<Memory>();
        memory->uid = object.meta.uid;
        memory->examiner = std::make_shared<Examiner>(object, parts_.record ? parts_.record(key) : nullptr);
    }
    // A changed spec is a new question: what was refused before is tried again at once.
    if (memory->generation != object.meta.generation) memory->refusals.clear();
    memory->generation = object.meta.generation;
    return *memory;
}

void Controller::drop(const std::string& key) {
    {
        const std::lock_guard lock(mutex_);
        memories_.erase(key);
    }
    parts_.forget(key);
    if (parts_.sources) parts_.sources->forget(key);
    if (parts_.profiles) parts_.profiles->forget(key);
    if (parts_.loads) parts_.loads->forget(key);
    if (parts_.reports) parts_.reports->forget(key);
    parts_.gate.forget(key);
    parts_.queue.forget(key);
    const size_t slash = key.find('/');
    if (slash != std::string::npos) parts_.metrics.forget(key.substr(0, slash), key.substr(slash + 1));
}

const char* Controller::cannotLoad(const api::ModelSource& source) const {
    if (!parts_.sources) return kNoFetchImage;
    if (api::isImageSource(source) || !api::hasFetchContainer(source)) return nullptr;
    if (!parts_.loadsModels) return kNoFetchImage;
    return source.reference.store == api::StoreKind::Git && !parts_.loadsGit ? kNoGitImage : nullptr;
}

api::Observed Controller::observe(const std::string& key, Sight sight, const Memory& memory) const {
    api::Observed seen;
    seen.at = parts_.clock.wall();
    seen.split = routing::observeSplit(*sight.object, sight.replicaSets, sight.services, sight.slices);
    seen.object = std::move(*sight.object);
    seen.replicaSets = std::move(sight.replicaSets);
    seen.services = std::move(sight.services);
    seen.refusals = memory.refusals;
    seen.diagnosis = memory.diagnosis;
    seen.modelAnswers = memory.examiner->modelAnswers();
    seen.judgement = memory.examiner->judgement();
    seen.drainDelay = parts_.drainDelay;
    seen.statusWrittenAt = memory.statusWrittenAt;
    if (parts_.sources) seen.source = parts_.sources->newest(key);
    if (parts_.loads) seen.loads = parts_.loads->newest(key);
    if (parts_.reports) seen.report = parts_.reports->newest(key);
    if (const auto& source = seen.object.spec.source) {
        if (const char* problem = cannotLoad(*source)) seen.object.spec.problems.emplace_back(problem);
    }
    return seen;
}

void Controller::tell(const api::Observed& seen, const api::Plan& plan) const {
    const api::Meta& meta = seen.object.meta;
    const auto line = [&](const api::Action& action) {
        parts_.log.info(apply::describe(seen.object, action.intent),
                        {{"namespace", meta.ns}, {"name", meta.name}, {"why", action.why}});
    };
    for (const api::Action& action : plan.actionsFirst) line(action);
    if (plan.status && plan.status->phase != seen.object.status.phase) {
        parts_.log.info(plan.status->phase,
                        {{"namespace", meta.ns}, {"name", meta.name}, {"why", plan.status->message}});
    }
    for (const api::Action& action : plan.actions) line(action);
}

void Controller::remember(const std::string& key, Memory& memory, const apply::Outcome& outcome) {
    const Duration now = parts_.clock.sinceBoot();
    const auto forgetRefusal = [&](const std::string& kind, const std::string& name) {
        std::erase_if(memory.refusals,
                      [&](const auto& known) { return known.kind == kind && known.name == name; });
    };
    for (const apply::Write& write : outcome.writes) {
        parts_.gate.wrote(write.kind, key, write.resourceVersion, now);
        forgetRefusal(write.kind, write.name);
    }
    for (const api::Refusal& refusal : outcome.refusals) {
        forgetRefusal(refusal.kind, refusal.name);
        memory.refusals.push_back(refusal);
    }
    if (outcome.diagnosis) memory.diagnosis = outcome.diagnosis;
    if (outcome.statusWritten) memory.statusWrittenAt = parts_.clock.wall();
}

void Controller::announce(const api::Observed& seen, const api::Plan& plan,
                          const apply::Outcome& outcome) const {
    // A decision that was not recorded is made anew, and told then.
    const bool recorded = !plan.status || outcome.statusWritten;
    const api::Status& status = plan.status && recorded ? *plan.status : seen.object.status;
    if (recorded) {
        for (const api::EventNote& note : plan.events) parts_.event(eventOf(seen, note, status));
        for (const std::string& ended : newOutcomes(seen.object.status, status)) parts_.metrics.ended(ended);
    }
    parts_.metrics.show(seen.object, status, seen.judgement ? &*seen.judgement : nullptr);
    if (outcome.ending == apply::Ending::Done || outcome.ending == apply::Ending::Gone) return;
    const bool ordinary =
        outcome.ending == apply::Ending::Conflict || outcome.ending == apply::Ending::Refused;
    parts_.log.log(ordinary ? LogLevel::Info : LogLevel::Warning, "not all was carried out",
                   {{"namespace", seen.object.meta.ns},
                    {"name", seen.object.meta.name},
                    {"result", nameOf(outcome.ending)},
                    {"error", outcome.message}});
}

void Controller::again(const std::string& key, const api::Plan& plan, const apply::Outcome& outcome) {
    const Duration now = parts_.clock.sinceBoot();
    const Duration asked = outcome.retryAfter.value_or(Duration{0});
    switch (outcome.ending) {
        case apply::Ending::Done:
            parts_.queue.forget(key);
            break;
        case apply::Ending::Refused:
            parts_.queue.forget(key);
            parts_.queue.add(key);  // it shows in the status at once
            break;
        case apply::Ending::Conflict:
            parts_.queue.retry(key, WorkQueue::kLongestRetry, kAfterConflict);
            break;
        case apply::Ending::Unknown:
        case apply::Ending::Failed:
            parts_.queue.retry(key, WorkQueue::kLongestRetry, asked);
            break;
        case apply::Ending::Fenced:
        case apply::Ending::Gone:
            return;
    }
    if (outcome.diagnosis) parts_.queue.add(key);
    if (!plan.wakeAt) return;
    const Duration wait = std::clamp(*plan.wakeAt - parts_.clock.wall(), Duration{0}, kLongestSleep);
    parts_.queue.addAt(key, now + wait);
}

}  // namespace serin::runtime
