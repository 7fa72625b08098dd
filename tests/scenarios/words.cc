#include "words.h"

#include "api/status_codec.h"
#include "base/text.h"
#include "base/time.h"

namespace serin::scenarios {
namespace {

template <typename... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

std::string revisionIn(const std::string& name) {
    return name.starts_with("fraud-") ? name.substr(6) : name;
}

std::string orderText(const api::JudgeOrder& order) {
    return cat(static_cast<int>(order.mode), " ", order.stable, " ", order.canary, " ", order.attempt, " ",
               order.step, " ", order.stepStartedAt ? formatMicroTime(*order.stepStartedAt) : "never");
}

}  // namespace

std::string wordsOf(const api::Intent& intent) {
    return std::visit(
        Overloaded{
            [](const api::CreateReplicaSet& i) {
                return cat("create ReplicaSet ", i.revision, " ", i.replicas);
            },
            [](const api::ScaleReplicaSet& i) { return cat("scale ", revisionIn(i.name), " ", i.replicas); },
            [](const api::DeleteReplicaSet& i) { return cat("delete ReplicaSet ", revisionIn(i.name)); },
            [](const api::CreateService& i) {
                return cat("create ", i.main ? "main " : "", "Service ", i.revision);
            },
            [](const api::RouteService& i) { return cat("route ", i.revision.empty() ? "*" : i.revision); },
            [](const api::DeleteService& i) { return cat("delete Service ", revisionIn(i.name)); },
            [](const api::DeletePod& i) { return cat("delete pod ", i.name); },
            [](const api::DiagnosePods& i) { return cat("read pods ", i.revision); },
        },
        intent);
}

std::vector<std::string> actionsOf(const api::Plan& plan) {
    std::vector<std::string> words;
    for (const api::Action& action : plan.actionsFirst) {
        words.push_back(cat(wordsOf(action.intent), " first because ", action.why));
    }
    for (const api::Action& action : plan.actions) {
        words.push_back(cat(wordsOf(action.intent), " because ", action.why));
    }
    return words;
}

std::vector<std::string> eventsOf(const api::Plan& plan) {
    std::vector<std::string> words;
    for (const api::EventNote& event : plan.events) {
        words.push_back(cat(event.warning ? "Warning " : "Normal ", event.reason, ": ", event.note));
    }
    return words;
}

std::vector<std::string> reportOf(const api::Plan& plan) {
    std::vector<std::string> words;
    if (!plan.report) return words;
    for (const api::VersionReport& version : plan.report->versions) {
        words.push_back(cat(version.version, " ", version.stage, " ", version.outcome, ": ", version.reason));
    }
    for (const api::AliasMove& move : plan.report->aliases) {
        words.push_back(cat(move.alias, " -> ", move.version,
                            move.from.empty() ? "" : cat(" from ", join(move.from, ","))));
    }
    return words;
}

std::string textOf(const api::Plan& plan) {
    std::string text;
    for (const std::string& line : actionsOf(plan)) text += line + "\n";
    const auto annotations = [&](const std::vector<api::Action>& actions) {
        for (const api::Action& action : actions) {
            const auto* route = std::get_if<api::RouteService>(&action.intent);
            if (!route) continue;
            for (const auto& [key, value] : route->annotations) text += cat(key, "=", value, "\n");
        }
    };
    annotations(plan.actionsFirst);
    annotations(plan.actions);
    for (const std::string& line : eventsOf(plan)) text += line + "\n";
    if (plan.status) text += api::encodeStatus(*plan.status).dump() + "\n";
    text += cat("wake ", plan.wakeAt ? formatMicroTime(*plan.wakeAt) : "never", "\n", orderText(plan.order),
                "\n", join(plan.askModel, ","), "\n", join(reportOf(plan), "\n"));
    return text;
}

}  // namespace serin::scenarios
