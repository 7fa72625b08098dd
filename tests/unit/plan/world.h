#pragma once

#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "api/names.h"
#include "plan/plan.h"

namespace serin::plan::testing {

// A small cluster for the planner: it does what a Plan says at once, makes pods, lets them get ready, and
// fills EndpointSlices as the selector of the main Service says. Time moves only when told.
class World {
  public:
    static constexpr Timestamp kStart{std::chrono::hours(24 * 365 * 50)};

    World() {
        object().meta.name = "fraud";
        object().meta.ns = "ml";
        object().meta.uid = "uid-fraud";
        api::Spec& spec = object().spec;
        spec.replicas = 4;
        spec.runtime.container = "server";
        spec.ports = {{"http", 80, 8080}};
        spec.rollout.soak = std::chrono::seconds(30);
        spec.rollout.progressDeadline = std::chrono::minutes(10);
        spec.rollout.steps = {{25, std::chrono::seconds(45), false}, {50, std::chrono::seconds(45), false}};
        spec.analysis.metrics = {api::Metric{}};
        spec.analysis.metrics[0].name = "errors";
        seen.at = kStart;
    }

    api::Observed seen;
    std::map<std::string, bool> broken;  // revisions whose pods never get ready
    std::vector<std::string> actions;    // what was done, in order, in short words
    std::vector<api::EventNote> events;
    std::function<api::Judgement(const api::JudgeOrder&)> judge = calmAndSafe;
    std::function<void()> decode = [] {};  // before each plan: what the spec owes to the status
    api::Plan last;
    std::map<std::string, int> writes;  // API writes by kind, the reading of pods left out
    Duration podEvery{0};
    struct Coming {
        int ready = 0;
        Timestamp since;
    };
    std::map<std::string, Coming> coming;  // pods that are ready by now, by revision
    bool obeyFirst = true;                 // false: routing writes are lost
    bool obeyStatus = true;                // false: the status write fails, and so nothing after it is done

    api::ModelDeployment& object() { return seen.object; }
    api::Status& status() { return seen.object.status; }

    void want(const std::string& revision) {
        object().spec.revision = revision;
        object().spec.model.version = revision;
        ++object().meta.generation;
    }
    void annotate(const std::string& key, const std::string& value) {
        object().meta.annotations[key] = value;
    }

    static api::Judgement calmAndSafe(const api::JudgeOrder& order) {
        api::Judgement said;
        said.order = order;
        said.verdict = api::Verdict::Safe;
        said.safe = said.warm = said.calm = true;
        said.canaryRequestsInStep = 1000;
        said.headline = "errors are alike";
        return said;
    }

    // Plans once and does what the plan says. Returns the plan.
    const api::Plan& once() {
        observe();
        last = plan(seen);
        if (obeyFirst) {
            for (const api::Action& action : last.actionsFirst) perform(action);
        }
        for (const api::EventNote& event : last.events) {
            events.push_back(event);
            ++writes["event " + event.reason];
        }
        if (last.status && !obeyStatus) return last;
        if (last.status) {
            ++writes["status " + last.status->phase];
            status() = *last.status;
        }
        for (const api::Action& action : last.actions) perform(action);
        return last;
    }

    // Plans until nothing is to be done now. Gives up (and says so) after 60 plans.
    bool settle() {
        for (int i = 0; i < 60; ++i) {
            if (once().empty()) return true;
        }
        return false;
    }

    // Lets time pass in seconds, settling at each.
    bool pass(int seconds) {
        for (int i = 0; i < seconds; ++i) {
            seen.at += std::chrono::seconds(1);
            if (!settle()) return false;
        }
        return true;
    }

    // Until the printed phase begins with `phase`; false after `seconds`.
    bool reach(const std::string& phase, int seconds = 600) {
        for (int i = 0; i < seconds; ++i) {
            if (status().phase.starts_with(phase)) return true;
            if (!pass(1)) return false;
        }
        return status().phase.starts_with(phase);
    }

    int replicas(const std::string& revision) const {
        for (const auto& set : seen.replicaSets) {
            if (set.revision == revision) return set.replicas;
        }
        return -1;
    }

    void observe() {
        decode();
        for (auto& set : seen.replicaSets) {
            set.statusReplicas = set.replicas;
            set.ready = readyOf(set);
        }
        seen.split = {};
        for (const auto& service : seen.services) {
            if (!service.revision.empty()) continue;
            seen.split.exists = true;
            const auto found = service.selector.find(api::kRevisionLabel);
            seen.split.revision = found == service.selector.end() ? "" : found->second;
        }
        for (const auto& set : seen.replicaSets) fillEndpoints(set);
        seen.judgement.reset();
        if (last.order.mode != api::JudgeMode::Off) seen.judgement = judge(last.order);
        if (seen.judgement) seen.judgement->at = seen.at;
    }

  private:
    void fillEndpoints(const api::ReplicaSet& set) {
        api::VersionEndpoints& endpoints = seen.split.versions[set.revision];
        for (int i = 0; i < set.replicas; ++i) {
            const std::string pod = set.revision + "-" + std::to_string(i);
            const bool ready = i < set.ready;
            endpoints.endpoints.push_back({pod, pod, "198.18.0.1", ready});
            if (ready) seen.modelAnswers.emplace(pod, api::ModelAnswer::Ready);
            endpoints.ready += ready;
            const bool selected =
                seen.split.exists && (seen.split.wide() || seen.split.revision == set.revision);
            endpoints.reachable += selected;
            endpoints.reachableReady += selected && ready;
        }
    }

    void perform(const api::Action& action) {
        static const char* const kinds[] = {"create ReplicaSet", "scale", "delete ReplicaSet",
                                            "create Service",    "route", "delete Service"};
        if (action.intent.index() < std::size(kinds)) ++writes[kinds[action.intent.index()]];
        std::visit([this](const auto& intent) { carryOut(intent); }, action.intent);
    }
    // Pods ready by now: all at once, or one every `podEvery`.
    int readyOf(const api::ReplicaSet& set) {
        if (broken[set.revision]) return 0;
        Coming& now = coming[set.revision];
        if (podEvery == Duration(0) || set.replicas <= now.ready) {
            now = {set.replicas, seen.at};
        } else if (seen.at >= now.since + podEvery) {
            now = {now.ready + 1, seen.at};
        }
        return now.ready;
    }
    api::Meta meta(const std::string& name) {
        api::Meta made;
        made.name = name;
        made.ns = "ml";
        made.uid = "uid-" + std::to_string(++serial_);
        made.resourceVersion = std::to_string(serial_);
        made.ownerUid = "uid-fraud";
        made.createdAt = seen.at;
        return made;
    }
    void carryOut(const api::CreateReplicaSet& intent) {
        actions.push_back("create " + intent.revision + " " + std::to_string(intent.replicas));
        api::ReplicaSet set;
        set.meta = meta(api::childName("fraud", intent.revision));
        set.revision = intent.revision;
        set.version = object().spec.model.version;
        set.replicas = intent.replicas;
        seen.replicaSets.push_back(set);
    }
    void carryOut(const api::ScaleReplicaSet& intent) {
        for (auto& set : seen.replicaSets) {
            if (set.meta.uid != intent.uid) continue;
            actions.push_back("scale " + set.revision + " " + std::to_string(intent.replicas));
            set.replicas = intent.replicas;
        }
    }
    void carryOut(const api::DeleteReplicaSet& intent) {
        actions.push_back("delete " + intent.name);
        std::erase_if(seen.replicaSets, [&](const auto& set) { return set.meta.uid == intent.uid; });
    }
    void carryOut(const api::CreateService& intent) {
        api::Service service;
        service.meta = meta(intent.name);
        if (!intent.main) service.revision = intent.revision;
        service.selector[api::kRevisionLabel] = intent.revision;
        service.ports = object().spec.ports;
        seen.services.push_back(service);
    }
    void carryOut(const api::RouteService& intent) {
        for (auto& service : seen.services) {
            if (service.meta.uid != intent.uid) continue;
            actions.push_back("route " + (intent.revision.empty() ? "*" : intent.revision));
            service.selector.clear();
            if (!intent.revision.empty()) service.selector[api::kRevisionLabel] = intent.revision;
            for (const auto& [key, value] : intent.annotations) service.meta.annotations[key] = value;
            service.ports = intent.ports;
        }
    }
    void carryOut(const api::DeleteService& intent) {
        std::erase_if(seen.services, [&](const auto& service) { return service.meta.uid == intent.uid; });
    }
    void carryOut(const api::DeletePod& intent) { actions.push_back("delete pod " + intent.name); }
    void carryOut(const api::DiagnosePods& intent) {
        seen.diagnosis = api::Diagnosis{intent.revision, "image \"x\" cannot be pulled", seen.at};
    }

    int serial_ = 0;
};

}  // namespace serin::plan::testing
